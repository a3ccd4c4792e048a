"""What `assent doctor` says: every setting with its source, every check with its remedy."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from app import config as settings
from app import create_app, outbox, preparation, schema
from app.config import SETTINGS, Config, SetUpError
from app.mail.smtp import Undelivered, connect

HIDDEN = {"DATABASE_URL", "SMTP_URL"}
OLD_MAIL_SECONDS = 600


@dataclass(frozen=True)
class Check:
    name: str
    verdict: str  # ok, warning or wrong
    says: str


def report() -> dict[str, Any]:
    config = settings.load()
    checks = [check for probe in PROBES for check in _tried(probe, config)]
    return {
        "healthy": all(check.verdict != "wrong" for check in checks),
        "settings": [_shown(config, setting.name, setting.help) for setting in SETTINGS],
        "checks": [{"name": c.name, "verdict": c.verdict, "says": c.says} for c in checks],
    }


def _tried(probe: Callable[[Config], list[Check]], config: Config) -> list[Check]:
    try:
        return probe(config)
    except (SetUpError, SQLAlchemyError) as error:
        return [Check(probe.__name__.strip("_"), "wrong", str(error).splitlines()[0])]


def _shown(config: Config, name: str, meaning: str) -> dict[str, str]:
    value = getattr(config, name.lower())
    if name == "SMTP_URL":
        value = ", ".join(relay.name for relay in value)
    elif name == "DATABASE_URL" and not config.sqlite:
        value = value.rpartition("@")[2]
    return {"name": name, "value": str(value), "source": config.sources[name], "help": meaning}


def _instance(config: Config) -> list[Check]:
    preparation.prepare(config)
    inside = config.keys_dir.is_relative_to(config.instance)
    keys = Check("keys", "ok", f"in {config.keys_dir}")
    if config.secure and inside:
        keys = Check("keys", "warning", "they lie beside the database: set KEYS_DIR to a folder of their own")
    return [Check("instance", "ok", f"{config.instance} can be written"), keys]


def _database(config: Config) -> list[Check]:
    with create_app(config).app_context():
        preparation.prepare_database(config)
        age = outbox.oldest_due()
    late = age is not None and age > OLD_MAIL_SECONDS
    waiting = f"mail has been due for {age} s; is a worker running?" if late else "nothing is late"
    return [
        Check("database", "ok", f"at schema {schema.head()}"),
        Check("outbox", "warning" if late else "ok", waiting),
    ]


def _cookies(config: Config) -> list[Check]:
    if config.secure:
        return [Check("https", "ok", "cookies are __Host- and Secure, HSTS is sent")]
    return [Check("https", "warning", "BASE_URL is http: cookies are not Secure; put a TLS proxy in front")]


def _mail(config: Config) -> list[Check]:
    if not config.smtp_url:
        return [Check("mail", "warning", f"no SMTP_URL: mails are files in {config.instance / 'mail'}")]
    return [asyncio.run(reach(relay)) for relay in config.smtp_url]


async def reach(relay: Any) -> Check:
    try:
        client = await connect(relay)
        await client.quit()
    except (ConnectionError, OSError, Undelivered) as error:
        return Check(f"relay {relay.name}", "wrong", f"{error}; start it or correct SMTP_URL")
    return Check(f"relay {relay.name}", "ok", "answers")


PROBES = (_instance, _database, _cookies, _mail)


def words(found: dict[str, Any]) -> str:
    wide = max(len(row["name"]) for row in found["settings"])
    lines = [
        f"{row['name']:{wide}}  {row['value'] or '-'}  ({row['source']}) - {row['help']}" for row in found["settings"]
    ]
    lines += [""] + [f"{check['verdict']:8} {check['name']}: {check['says']}" for check in found["checks"]]
    return "\n".join(lines)
