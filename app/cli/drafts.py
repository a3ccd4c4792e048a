"""`assent draft`: attestations that one side prepares and the other decides."""

import mimetypes
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click

from app.cli.attestations import employee
from app.cli.shared import AS, ID, MOMENT, as_json, in_app, rules_of, say, spread
from app.core.vocabulary import DraftStatus

F = TypeVar("F", bound=Callable[..., Any])


@click.group()
def draft() -> None:
    """Drafts: one side prepares an attestation, another decides."""


def described(function: F) -> F:
    for option in (
        click.option(
            "--file",
            "files",
            multiple=True,
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            help="What supports it, at most 5 MB each. Repeatable.",
        ),
        click.option("--note", help="A line for whoever decides."),
        click.option("--date", "agreed_at", required=True, type=MOMENT, help="When the customer agreed (UTC)."),
        click.option("--phone", help="That person's number."),
        click.option("--email", required=True, help="That person's mailbox."),
        click.option("--last-name", required=True, help="Of the customer's person who agreed."),
        click.option("--first-name", required=True, help="Of the customer's person who agreed."),
    ):
        function = option(function)
    return function


@draft.command("submit")
@click.argument("customer_id", type=ID)
@described
@AS
@click.option("--on-behalf-of", metavar='"NAME <MAIL>"', help="The true employee, where an account is shared.")
@as_json
@in_app
def submit(customer_id: UUID, email_as: str, on_behalf_of: str | None, json_: bool, **given: Any) -> None:
    """Submit a draft to the partner that confirms for this customer.

    \b
    Example: assent draft submit CUSTOMER_ID --first-name Maria --last-name Ek --email maria@contoso.example \\
             --date 2026-11-20 --file signed.pdf --as rita@reseller.example
    """
    from app.auth import acts
    from app.commands import drafts
    from app.db import transaction
    from app.queries import queue, scope

    ask, person = _prepared(**given), employee(on_behalf_of)
    with transaction():
        act, _ = acts.staff(email_as, on_behalf_of=person)
        machine, relationship = scope.agreement(act, customer_id)
        row = drafts.submit(act, machine, relationship, ask, rules_of(machine.partner_id))
        answer = queue.shown(row, relationship, act.at)
    say(answer, json_)


@draft.command("resubmit")
@click.argument("draft_id", type=ID)
@described
@AS
@as_json
@in_app
def resubmit(draft_id: UUID, email_as: str, json_: bool, **given: Any) -> None:
    """Submit a returned draft once more, corrected.

    Files are added to those it has.

    \b
    Example: assent draft resubmit DRAFT_ID --first-name Maria --last-name Ek --email maria@contoso.example \\
             --date 2026-11-20 --file order.pdf --as rita@reseller.example
    """
    from app.commands import drafts

    ask = _prepared(**given)
    change(
        draft_id,
        email_as,
        json_,
        lambda act, row, tie: drafts.resubmit(act, row, tie, ask, rules_of(row.partner_id)),
    )


@draft.command("list")
@click.option("--status", type=click.Choice([status.value for status in DraftStatus]), help="Only these.")
@AS
@as_json
@in_app
def listed(status: str | None, email_as: str, json_: bool) -> None:
    """List the drafts of your side, those that wait longest first.

    \b
    Example: assent draft list --status submitted --as pia@provider.example
    """
    from app.auth import acts
    from app.core.permissions import Action, require
    from app.queries import queue

    act, _ = acts.staff(email_as)
    require(act, Action.VIEW_DRAFT)
    items = queue.of(act, DraftStatus(status) if status else None, act.at)
    words = "\n".join(_line(item) for item in items)
    say({"items": items, "totalCount": len(items)}, json_, words or "No drafts.")


def _line(item: dict[str, Any]) -> str:
    waits = f", waits {item['ageDays']} days" if "ageDays" in item else ""
    whose = f", for {item['assignee']}" if "assignee" in item else ""
    return f"{item['id']}  {item['status']}{waits}{whose}  {item['company']}  prepared by {item['preparedBy']}"


@draft.command("show")
@click.argument("draft_id", type=ID)
@AS
@as_json
@in_app
def show(draft_id: UUID, email_as: str, json_: bool) -> None:
    """Show one draft.

    \b
    Example: assent draft show DRAFT_ID --as pia@provider.example
    """
    from app.auth import acts
    from app.core.permissions import Action, require
    from app.queries import queue, scope

    act, _ = acts.staff(email_as)
    require(act, Action.VIEW_DRAFT)
    row, relationship = scope.draft(act, draft_id)
    say(queue.shown(row, relationship, act.at), json_)


@draft.command("discard")
@click.argument("draft_id", type=ID)
@AS
@as_json
@in_app
def discard(draft_id: UUID, email_as: str, json_: bool) -> None:
    """Take back a draft of your own side that is not decided.

    \b
    Example: assent draft discard DRAFT_ID --as rita@reseller.example
    """
    from app.commands import drafts

    change(draft_id, email_as, json_, lambda act, row, tie: drafts.discard(act, row))


def decided(draft_id: UUID, email_as: str, step: Callable[[Any, Any, Any], None]) -> dict[str, Any]:
    """One step of one draft in its own transaction, and the draft as it is then."""
    from app.auth import acts
    from app.db import transaction
    from app.queries import queue, scope

    with transaction():
        act, _ = acts.staff(email_as)
        row, relationship = scope.draft(act, draft_id)
        step(act, row, relationship)
        return queue.shown(row, relationship, act.at)


def change(draft_id: UUID, email_as: str, json_: bool, step: Callable[[Any, Any, Any], None]) -> None:
    answer = decided(draft_id, email_as, step)
    say(answer, json_, spread(answer))


def _prepared(files: tuple[Path, ...], note: str | None, agreed_at: Any, **given: Any) -> Any:
    from app.commands.drafts import Prepare
    from app.commands.files import MOST, File
    from app.core.contact import Contact

    if len(files) > MOST:
        raise click.UsageError(f"--file: at most {MOST}")
    contact = Contact.parse(given["first_name"], given["last_name"], given["email"], given["phone"])
    kept = [File.parse(path.name, mimetypes.guess_type(path.name)[0], path.read_bytes()) for path in files]
    return Prepare(contact, agreed_at, note, kept)
