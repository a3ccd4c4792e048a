"""`assent machine`, `doctor`, `mail`: look at how it works and whether it can."""

import asyncio
from typing import Any

import click

from app.cli.shared import as_json, in_app, say
from app.config import SetUpError


@click.command()
@as_json
def machine(json_: bool) -> None:
    """Print the state machine.

    Its states, events and moves, what guards each move, and what chooses between two.

    \b
    Example: assent machine --json
    """
    from app.core import topology

    say(topology.as_json(), json_, topology.as_table())


@click.command()
@as_json
def doctor(json_: bool) -> None:
    """Show every setting and check what can be checked.

    Each setting stands with its source and its meaning, each check with its remedy; exit 1 if anything is wrong.

    \b
    Example: assent doctor --json
    """
    from app import diagnosis

    report = diagnosis.report()
    say(report, json_, diagnosis.words(report))
    wrong = [check["name"] for check in report["checks"] if check["verdict"] == "wrong"]
    if wrong:
        raise SetUpError(f"wrong: {', '.join(wrong)}; the report on stdout says what to do")


@click.group()
def mail() -> None:
    """Mail: try the way out."""


@mail.command("test")
@click.argument("address")
@as_json
@in_app
def mail_test(address: str, json_: bool) -> None:
    """Send one test mail to ADDRESS now.

    Prints what the relay answered; without SMTP_URL the mail becomes a file in INSTANCE/mail.

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
    from app.post import carrier, composer

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
