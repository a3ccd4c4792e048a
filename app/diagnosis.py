"""What `assent doctor` says: every setting with its source, every check with its remedy."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiosmtplib
from sqlalchemy.exc import SQLAlchemyError

from app import config as settings
from app import create_app, keys, outbox, preparation, schema
from app.config import SETTINGS, Config, Relay, SetUpError
from app.core import reminding
from app.core.evidence import stamp
from app.db import database_now, db
from app.mail.smtp import Undelivered, connect
from app.queries import figures, pauses, routes

OLD_MAIL_SECONDS = 600
REACHED_WITHIN = 5.0


@dataclass(frozen=True)
class Check:
    name: str
    verdict: str  # ok, warning or wrong
    says: str


def report() -> dict[str, Any]:
    """What holds and what is wrong; settings that cannot be read are themselves the finding."""
    try:
        config = settings.load()
    except SetUpError as error:
        return _report([_meant(row) for row in SETTINGS], [Check("settings", "wrong", str(error))])
    checks = [check for probe in PROBES for check in _tried(probe, config)]
    return _report([_shown(config, setting.name, setting.help) for setting in SETTINGS], checks)


def _report(rows: list[dict[str, str]], checks: list[Check]) -> dict[str, Any]:
    return {
        "healthy": all(check.verdict != "wrong" for check in checks),
        "settings": rows,
        "checks": [{"name": check.name, "verdict": check.verdict, "says": check.says} for check in checks],
    }


def _tried(probe: Callable[[Config], list[Check]], config: Config) -> list[Check]:
    try:
        return probe(config)
    except (SetUpError, SQLAlchemyError, OSError) as error:
        return [Check(probe.__name__.strip("_"), "wrong", str(error).splitlines()[0])]


def _meant(setting: settings.Setting) -> dict[str, str]:
    return {"name": setting.name, "value": setting.default, "source": "default", "help": setting.help}


def _shown(config: Config, name: str, meaning: str) -> dict[str, str]:
    value = getattr(config, name.lower())
    if name == "SMTP_URL":
        value = ", ".join(relay.name for relay in value)
    elif name == "WEBHOOK_ALLOW":
        value = ", ".join(map(str, value))
    elif name == "REMINDERS":
        value = reminding.spelled(value)
    elif name == "QUIET_HOURS":
        value = value or reminding.OFF
    elif name == "DATABASE_URL" and not config.sqlite:
        value = value.rpartition("@")[2]
    return {"name": name, "value": str(value), "source": config.sources[name], "help": meaning}


def _instance(config: Config) -> list[Check]:
    preparation.prepare(config)
    return [Check("instance", "ok", f"{config.instance} can be written")]


def _keys(config: Config) -> list[Check]:
    keys.load(config.keys_dir)
    if config.secure and config.keys_dir.is_relative_to(config.instance):
        return [Check("keys", "warning", "they lie beside the database: set KEYS_DIR to a folder of their own")]
    return [Check("keys", "ok", f"in {config.keys_dir}")]


def _database(config: Config) -> list[Check]:
    with create_app(config, web=False).app_context(), preparation.usable(config):
        try:
            revision = schema.check_known(db.engine)
            if revision != schema.head():
                return [_behind(config, revision)]
            checks = [Check("database", "ok", f"at schema {revision}"), _waiting(outbox.oldest_due())]
            return checks + _held_back() + _webhooks(figures.endpoints())
        finally:
            db.session.remove()
            db.engine.dispose()


def _behind(config: Config, revision: str | None) -> Check:
    """SQLite is brought up by whatever starts next; PostgreSQL waits for the operator."""
    if not config.sqlite:
        return Check("database", "wrong", preparation.behind(revision))
    if revision is None:
        return Check("database", "ok", "none yet; it comes into being with the first command")
    return Check("database", "warning", f"at schema {revision}; the next start migrates it, after a copy")


def _waiting(age: int | None) -> Check:
    if age is not None and age > OLD_MAIL_SECONDS:
        return Check("outbox", "warning", f"mail has been due for {age} s; is a worker running?")
    return Check("outbox", "ok", "nothing is late")


def _held_back() -> list[Check]:
    """Where mail waits although a worker runs."""
    refusing = routes.refusing(database_now(db.session()))
    remedy = "see to what it says, then `assent mail resume --relay"
    relays = [
        f"{row.name} gets no mail until {stamp(row.paused_until)}, for it said: {row.answer}; {remedy} {row.name}`"
        for row in refusing
    ]
    whose = pauses.held_back()
    paused = [f"held back: {', '.join(whose)}; `assent mail status` says why"] if whose else []
    return [Check("mail", "warning", says) for says in relays + paused]


def _webhooks(endpoints: dict[str, int]) -> list[Check]:
    """Where there are any: whether they are told of what happens."""
    if not any(endpoints.values()):
        return []
    said = ", ".join(f"{number} {word}" for word, number in endpoints.items() if number)
    if endpoints["disabled"] or endpoints["failing"]:
        remedy = "GET /v1/webhooks/endpoints says which, /docs/webhooks what to do"
        return [Check("webhooks", "warning", f"endpoints: {said}; {remedy}")]
    return [Check("webhooks", "ok", f"endpoints: {said}")]


def _cookies(config: Config) -> list[Check]:
    if config.secure:
        return [Check("https", "ok", "cookies are __Host- and Secure, HSTS is sent")]
    return [Check("https", "warning", "BASE_URL is http: cookies are not Secure; put a TLS proxy in front")]


def _mail(config: Config) -> list[Check]:
    if not config.smtp_url:
        return [Check("mail", "warning", f"no SMTP_URL: mails are files in {config.instance / 'mail'}")]
    return asyncio.run(relays(config))


async def relays(config: Config) -> list[Check]:
    """Each relay, asked at the same time as the others."""
    return list(await asyncio.gather(*(_reach(relay) for relay in config.smtp_url)))


async def _reach(relay: Relay) -> Check:
    try:
        client = await connect(relay, REACHED_WITHIN)
        await client.quit()
    except (aiosmtplib.SMTPException, OSError, Undelivered) as error:
        return Check(f"relay {relay.name}", "wrong", f"{error}; start it or correct SMTP_URL")
    return Check(f"relay {relay.name}", "ok", "answers")


def _issuer(config: Config) -> list[Check]:
    """Where there is one: whether its keys can be read from here."""
    if not config.oidc_issuer:
        return []
    from app.auth import issuer

    try:
        keys = issuer.read(config.oidc_issuer)
    except issuer.Unreachable as error:
        return [Check("issuer", "wrong", f"{error}; correct OIDC_ISSUER, or let this host reach it")]
    return [Check("issuer", "ok", f"{len(keys)} keys of {config.oidc_issuer}")]


PROBES = (_instance, _keys, _database, _cookies, _mail, _issuer)


def words(found: dict[str, Any]) -> str:
    wide = max(len(row["name"]) for row in found["settings"])
    lines = [
        f"{row['name']:{wide}}  {row['value'] or '-'}  ({row['source']}) - {row['help']}" for row in found["settings"]
    ]
    lines += [""] + [f"{check['verdict']:8} {check['name']}: {check['says']}" for check in found["checks"]]
    return "\n".join(lines)
