"""Settings: one row each; the environment beats instance/settings.toml beats the default, bad ones stop the start."""

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app import addresses
from app.addresses import Network
from app.addresses import Relay as Relay
from app.core import permissions, reminding
from app.core.reminding import Quiet
from app.core.vocabulary import Role

PREFIX = "ASSENT_"
# Stands in the folder of a demo, once all of it is made.
MADE_UP = "demo.json"


class SetUpError(Exception):
    """The installation cannot start as it is; the message is one line that says what to do."""


def _number(low: float, high: float) -> Callable[[str], float]:
    def parse(value: str) -> float:
        number = float(value)
        if not low <= number <= high:
            raise ValueError(f"must be between {low:g} and {high:g}")
        return number

    return parse


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not re.fullmatch(r"-?\d+", value):
            raise ValueError("must be a whole number")
        return int(_number(low, high)(value))

    return parse


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in words:
            raise ValueError(f"must be one of: {', '.join(words)}")
        return value

    return parse


@dataclass(frozen=True)
class Setting:
    name: str
    default: str
    parse: Callable[[str], Any]
    help: str


SETTINGS = (
    Setting("INSTANCE", "./instance", str, "folder for database, keys and dropped mail"),
    Setting("DATABASE_URL", "", lambda v: v and addresses.database_url(v), "PostgreSQL; empty: SQLite in INSTANCE"),
    Setting("BIND", "127.0.0.1:8000", addresses.bind, "address and port the web server listens on"),
    Setting("BASE_URL", "", lambda v: v and addresses.base_url(v), "address in mails; empty: http://BIND"),
    Setting("WEB_WORKERS", "1", _whole(1, 64), "web processes; SQLite allows one"),
    Setting("KEYS_DIR", "", str, "folder for keys; empty: INSTANCE/keys"),
    Setting("SMTP_URL", "", addresses.relays, "relay(s), comma-separated; empty: .eml files in INSTANCE/mail"),
    Setting("MAIL_FROM", "", lambda v: v and addresses.mail_from(v), "sender; empty: assent@ the host of BASE_URL"),
    Setting(
        "MAIL_BOUNCES", "", lambda v: v and addresses.bounces(v), "where undeliverable mail returns, as NAME+…@HOST"
    ),
    Setting("SMTP_TIMEOUT", "30", _number(0.1, 600), "seconds a relay may keep silent"),
    Setting("MAIL_RATE", "0", _number(0, 100_000), "mails a second over all workers; 0: no limit"),
    Setting("MAIL_DOMAIN_RATE", "0", _number(0, 100_000), "bulk mails a second to one recipient domain; 0: no limit"),
    Setting("REMINDERS", "3,7,14", reminding.days, "days after an invitation with a reminder; off: none"),
    Setting("QUIET_HOURS", "20-8", reminding.quiet_hours, "hours of the contact's day without reminders; off: none"),
    Setting("EXPIRY_WARNING", "3", _whole(0, 365), "days before an invitation's end with a warning of it; 0: none"),
    Setting("PORTAL", "builtin", _one_of("builtin", "microsoft"), "whose portal the links lead to"),
    Setting("LEASE_SECONDS", "60", _number(1, 3600), "how long a worker may hold a row unheard of"),
    Setting("IN_FLIGHT", "200", _whole(1, 1000), "rows one worker carries at a time"),
    Setting("TRUSTED_PROXIES", "0", _whole(0, 10), "reverse proxies in front whose headers count"),
    Setting("RATE_LIMIT", "500", _whole(0, 1_000_000), "requests a minute per token and web process; 0: no limit"),
    Setting("STRICT", "0", _whole(0, 1), "1: a confirmation whose type is not its template's is refused"),
    Setting("OIDC_ISSUER", "", lambda v: v and addresses.issuer(v), "whose access tokens open the API; empty: none"),
    Setting("OIDC_CLIENT_ID", "", addresses.audience, "the audience (`aud`) such a token must name"),
    Setting("OIDC_CLIENT_SECRET", "", addresses.client_secret, "lets staff sign in at the issuer; empty: they cannot"),
    Setting("OIDC_GROUPS", "", permissions.groups, "roles by its groups, as `group=role role; …`; empty: ours"),
    Setting("PERMISSIONS", "", permissions.overrides, "other roles for actions, as `action=role role; …`"),
    Setting("WEBHOOK_ALLOW", "", addresses.networks, "private networks (CIDR) webhooks may go to, by http too"),
    Setting("DEMO", "0", _whole(0, 1), "1: anybody here may sign in as anybody; for `assent demo` alone"),
    Setting("LOG_FORMAT", "text", _one_of("json", "text"), "form of the log on stderr"),
)
BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True)
class Config:
    instance: Path
    database_url: str = field(repr=False)
    bind: str
    base_url: str
    web_workers: int
    keys_dir: Path
    smtp_url: tuple[Relay, ...]
    mail_from: str
    mail_bounces: str
    smtp_timeout: float
    mail_rate: float
    mail_domain_rate: float
    reminders: tuple[int, ...]
    quiet_hours: Quiet | None
    expiry_warning: int
    portal: str
    lease_seconds: float
    in_flight: int
    trusted_proxies: int
    rate_limit: int
    strict: int
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str = field(repr=False)
    oidc_groups: Mapping[str, frozenset[Role]]
    permissions: Mapping[str, frozenset[Role]]
    webhook_allow: tuple[Network, ...]
    demo: int
    log_format: str
    sources: Mapping[str, str] = field(repr=False, compare=False)

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def secure(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def sso(self) -> bool:
        """Whether staff may sign in at the issuer."""
        return bool(self.oidc_issuer and self.oidc_client_secret)

    @property
    def reminding(self) -> reminding.Policy:
        return reminding.Policy(self.reminders, self.quiet_hours, self.expiry_warning)

    @property
    def host(self) -> str:
        return self.bind.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.bind.rpartition(":")[2])


def load(environ: Mapping[str, str] | None = None) -> Config:
    """Read, check and complete the settings, or stop with one line that names the bad one."""
    environ = os.environ if environ is None else environ
    given = {key[len(PREFIX) :]: value for key, value in environ.items() if key.startswith(PREFIX)}
    _refuse_unknown(given, f"environment variable {PREFIX}")
    instance = Path(given.get("INSTANCE") or BY_NAME["INSTANCE"].default).absolute()
    in_file = _read_file(instance / "settings.toml")
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for setting in SETTINGS:
        raw, source = _pick(setting, given, in_file)
        try:
            values[setting.name.lower()] = setting.parse(raw)
        except ValueError as error:
            raise SetUpError(f"setting {setting.name} ({source}): {error}") from error
        sources[setting.name] = source
    return _complete(values, instance, sources)


def _pick(setting: Setting, given: Mapping[str, str], in_file: Mapping[str, str]) -> tuple[str, str]:
    if setting.name in given:
        return given[setting.name], "environment"
    if setting.name in in_file:
        return in_file[setting.name], "settings.toml"
    return setting.default, "default"


def _read_file(path: Path) -> dict[str, str]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}  # whether the folder can be used is found out where it is used
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SetUpError(f"cannot read {path}: {error}; correct it or move it away") from error
    values = {key.upper(): str(value) for key, value in content.items()}
    _refuse_unknown(values, f"setting in {path}: ")
    if "INSTANCE" in values:
        raise SetUpError(f"setting INSTANCE ({path}): the file lies in that folder; set {PREFIX}INSTANCE instead")
    return values


def _refuse_unknown(names: Mapping[str, str], where: str) -> None:
    for name in names:
        if name not in BY_NAME:
            near = difflib.get_close_matches(name, BY_NAME, 1)
            hint = f"; did you mean {near[0]}?" if near else "; see `assent doctor` for the settings there are"
            raise SetUpError(f"unknown {where}{name}{hint}")


def _complete(values: dict[str, Any], instance: Path, sources: dict[str, str]) -> Config:
    values["instance"] = instance
    values["keys_dir"] = Path(values["keys_dir"]).absolute() if values["keys_dir"] else instance / "keys"
    values["database_url"] = values["database_url"] or f"sqlite:///{instance / 'assent.db'}"
    values["base_url"] = values["base_url"] or f"http://{values['bind']}"
    host = urlsplit(values["base_url"]).hostname or "localhost"
    named = host if re.search("[a-z]", host) and ":" not in host else "localhost"
    values["mail_from"] = values["mail_from"] or f"Assent <assent@{named}>"
    config = Config(**values, sources=sources)
    if config.sqlite and config.web_workers > 1:
        raise SetUpError(
            "WEB_WORKERS: SQLite serves one web process; set WEB_WORKERS=1 or move to PostgreSQL (DATABASE_URL)"
        )
    if config.oidc_issuer and not config.oidc_client_id:
        raise SetUpError("OIDC_CLIENT_ID: OIDC_ISSUER needs it; set it to the audience (`aud`) of the issuer's tokens")
    if config.demo and not _made_up(config):
        raise SetUpError("DEMO: only `assent demo` sets this, for made-up data on this machine; leave it out")
    if config.oidc_client_secret and not config.oidc_issuer:
        raise SetUpError("OIDC_ISSUER: OIDC_CLIENT_SECRET needs it; set it to the issuer at which staff sign in")
    return config


def _made_up(config: Config) -> bool:
    """Whether this is the demo's own folder, served to nobody but this machine, without a lock to pick."""
    here = addresses.is_loopback(config.host) and addresses.is_loopback(urlsplit(config.base_url).hostname or "")
    own = config.sqlite and Path(config.database_url.removeprefix("sqlite:///")).parent == config.instance
    return here and own and not config.secure and (config.instance / MADE_UP).is_file()
