"""`assent machine`, `doctor`, `mail`: look at how it works and whether it can."""

import asyncio
from typing import Any
from uuid import UUID

import click

from app.cli.shared import ID, as_json, in_app, say
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
    """Mail: try the way out, see how it stands, hold it back."""


@mail.command("status")
@as_json
@in_app
def mail_status(json_: bool) -> None:
    """Show what is queued, what is held back and why.

    \b
    Example: assent mail status
    """
    from app.installation import installation
    from app.queries import pauses

    config = installation().config
    found = pauses.standing(pauses.Rates(config.mail_rate, config.mail_domain_rate))
    say(found, json_, "\n".join(_standing(found)))


def _standing(found: dict[str, Any]) -> list[str]:
    lines = [
        f"{lane['lane']:12} {lane['due']} due, {lane['waiting']} later, {lane['dead']} given up"
        + (f"; the oldest has been due for {lane['oldestDueSeconds']} s" if lane["due"] else "")
        for lane in found["lanes"]
    ] or ["Nothing is queued."]
    for held in found["pauses"]:
        codes = ", codes too" if held["codesToo"] else ""
        note = f": {held['note']}" if held["note"] else ""
        who = f"{held['partner']} since {held['since']} by {held['by']}"
        lines.append(f"paused       {who} ({held['why']}{codes}){note}")
    for relay in found["relays"]:
        lines.append(f"refuses us   {relay['relay']} until {relay['until']} ({relay['strikes']}): {relay['answer']}")
    fast = [f"{rate:g}/s {what}" for what, rate in found["rates"].items() if rate]
    return [*lines, f"rates        {', '.join(fast) or 'none set'}"]


@mail.command("pause")
@click.option("--partner", "partner_id", type=ID, help="Only this partner's; everybody's if left out.")
@click.option("--codes-too", is_flag=True, help="Codes and one-time links as well: nobody can sign in by mail.")
@click.option("--note", help="Why, for those who wonder; one line.")
@as_json
@in_app
def mail_pause(partner_id: UUID | None, codes_too: bool, note: str | None, json_: bool) -> None:
    """Hold bulk mail back until it is resumed; deadlines run as ever.

    \b
    Example: assent mail pause --note "a wrong list was imported"
    """
    from app.auth import acts
    from app.commands import pauses
    from app.core.carrying import Pausing
    from app.db import transaction
    from app.queries import scope

    with transaction():
        partner = scope.partner(partner_id) if partner_id else None
        held = pauses.pause(acts.console(partner_id), partner, Pausing.BY_HAND, note, codes_too)
        said = {"paused": partner.name if partner else "everybody", "codesToo": held.codes_too, "note": held.note}
    say(said, json_)


@mail.command("resume")
@click.option("--partner", "partner_id", type=ID, help="Only this partner's; the pause of everybody's if left out.")
@click.option("--relay", metavar="HOST:PORT", help="Send over a relay again that has refused our mail.")
@as_json
@in_app
def mail_resume(partner_id: UUID | None, relay: str | None, json_: bool) -> None:
    """Let mail go that was held back, or try a relay again at once.

    \b
    Example: assent mail resume --relay smtp.example.com:587
    """
    from app.auth import acts
    from app.commands import pauses
    from app.core.refusals import Reason, refuse_if
    from app.db import transaction
    from app.installation import installation
    from app.queries import scope

    with transaction():
        if relay:
            done = pauses.reopen(acts.console(), relay)
            known = done or relay in [one.name for one in installation().config.smtp_url]
            refuse_if(not known, Reason.NOT_FOUND, what="relay")
            said = {"reopened": relay, "was": "paused" if done else "open"}
        else:
            partner = scope.partner(partner_id) if partner_id else None
            done = pauses.resume(acts.console(partner_id), partner)
            said = {"resumed": partner.name if partner else "everybody", "was": "paused" if done else "not paused"}
    say(said, json_)


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
