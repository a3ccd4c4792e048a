"""`assent dispute`: doubts about an acceptance on record, from open to answered."""

from typing import Any
from uuid import UUID

import click

from app.cli.shared import AS, ID, as_json, in_app, say
from app.core.vocabulary import DisputeStatus


@click.group()
def dispute() -> None:
    """Disputes: doubts about an acceptance on record."""


@dispute.command("open")
@click.argument("customer_id", type=ID)
@click.option("--reason", required=True, help="What is said to be wrong; one line.")
@AS
@as_json
@in_app
def open_dispute(customer_id: UUID, reason: str, email_as: str, json_: bool) -> None:
    """Record that the customer doubts the acceptance on record.

    While the dispute is open the gate warns.

    \b
    Example: assent dispute open CUSTOMER_ID --reason "nobody here agreed" --as ana@fabrikam.example
    """
    from app.auth import acts
    from app.commands import disputes
    from app.db import transaction
    from app.queries import doubts, scope

    with transaction():
        act, staff = acts.staff(email_as)
        machine, _ = scope.agreement(act, customer_id)
        own = staff if staff.partner_id == machine.partner_id else None
        row = disputes.open_dispute(act, machine, reason, own)
        answer = doubts.shown(row)
    say(answer, json_)


@dispute.command("close")
@click.argument("dispute_id", type=ID)
@click.option("--upheld/--rejected", "upheld", required=True, help="Upheld, the acceptance is withdrawn.")
@click.option("--reason", required=True, help="Why; one line.")
@AS
@as_json
@in_app
def close_dispute(dispute_id: UUID, upheld: bool, reason: str, email_as: str, json_: bool) -> None:
    """Answer a dispute.

    \b
    Example: assent dispute close DISPUTE_ID --rejected --reason "signed order of May 4" --as ana@fabrikam.example
    """
    from app.auth import acts
    from app.commands import disputes
    from app.db import transaction
    from app.queries import doubts, scope

    with transaction():
        act, _ = acts.staff(email_as)
        row = scope.dispute(act, dispute_id)
        disputes.close_dispute(act, row, reason, upheld=upheld)
        answer = doubts.shown(row)
    say(answer, json_)


@dispute.command("list")
@click.option("--status", type=click.Choice([status.value for status in DisputeStatus]), help="Only these.")
@AS
@as_json
@in_app
def listed(status: str | None, email_as: str, json_: bool) -> None:
    """List disputes, those to be answered soonest first.

    \b
    Example: assent dispute list --status open --as ana@fabrikam.example
    """
    from app.auth import acts
    from app.core.permissions import Action, require
    from app.queries import doubts

    act, _ = acts.staff(email_as)
    require(act, Action.VIEW)
    items = doubts.of(act, DisputeStatus(status) if status else None)
    say({"items": items, "totalCount": len(items)}, json_, "\n".join(map(_line, items)) or "No disputes.")


def _line(item: dict[str, Any]) -> str:
    return f"{item['id']}  {item['status']}, due {item['dueAt'][:10]}  customer {item['customerId']}  {item['reason']}"
