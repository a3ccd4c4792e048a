"""`assent machine`, `doctor`, `mail`: look at how it works and whether it can."""

import asyncio
from typing import Any

import click

from app.cli.shared import as_json, in_app, say
from app.config import SetUpError


@click.command()
@as_json
def machine(json_: bool) -> None:
    """Print the state machine: states, events, moves and what guards them."""
    from app.core import topology

    say(topology.as_json(), json_, topology.as_table())


@click.command()
@as_json
def doctor(json_: bool) -> None:
    """Show every setting with its source and check what can be checked; exit 1 if something is wrong."""
    from app import diagnosis

    report = diagnosis.report()
    say(report, json_, diagnosis.words(report))
    if not report["healthy"]:
        raise SystemExit(1)


@click.group()
def mail() -> None:
    """Mail: try the way out."""


@mail.command("test")
@click.argument("address")
@as_json
@in_app
def mail_test(address: str, json_: bool) -> None:
    """Send one test mail to ADDRESS now and print what the relay answered.

    \b
    Example: assent mail test you@example.com
    """
    from app.core.contact import email
    from app.installation import installation

    say(asyncio.run(_send_test(email(address, "address"), installation())), json_)


async def _send_test(address: str, place: Any) -> dict[str, str]:
    from app.auth.acts import now
    from app.db import new_id
    from app.mail.compose import test_message
    from app.mail.smtp import Undelivered
    from app.worker import carrier, composer

    out = carrier(place)
    name = str(new_id())
    try:
        answer = await out.send(
            test_message(composer(place), address, f"<{name}@{composer(place).domain}>", now()), name
        )
    except Undelivered as trouble:
        raise SetUpError(f"the mail was not taken: {trouble.answer}; check SMTP_URL with `assent doctor`") from trouble
    finally:
        await out.close()
    return {"to": address, "answer": answer}
