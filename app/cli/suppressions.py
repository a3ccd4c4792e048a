"""`assent suppression`: the mailboxes a partner must not write to."""

from typing import Any

import click

from app.cli.shared import AS, as_json, in_app, say


@click.group()
def suppression() -> None:
    """Suppressions: mailboxes that must not be written to."""


@suppression.command("list")
@click.option("--query", "q", help="Only addresses in which this stands.")
@AS
@as_json
@in_app
def listed(q: str | None, email_as: str, json_: bool) -> None:
    """List these mailboxes, the newest 500 first.

    \b
    Example: assent suppression list --query contoso.example --as ana@fabrikam.example
    """
    from app.auth import acts
    from app.queries import suppressions

    act, _ = acts.staff(email_as)
    items = [suppressions.shown(row) for row in suppressions.page(act, 500, q=q)]
    say({"items": items, "totalCount": len(items)}, json_, "\n".join(map(_line, items)) or "No suppressions.")


def _line(item: dict[str, Any]) -> str:
    by = f", by {item['createdBy']}" if item["createdBy"] else ""
    return f"{item['email']}  {item['reason']}, {item['createdAt'][:10]}{by}"


@suppression.command("add")
@click.argument("email")
@click.option("--reason", required=True, help="Why; one line.")
@AS
@as_json
@in_app
def add(email: str, reason: str, email_as: str, json_: bool) -> None:
    """Write no more invitations or reminders to a mailbox.

    A global admin of the partner does it.

    \b
    Example: assent suppression add maria@contoso.example --reason "asked us by phone" --as boss@fabrikam.example
    """
    from app.auth import acts
    from app.commands import suppressions
    from app.db import transaction
    from app.queries.suppressions import shown

    with transaction():
        act, staff = acts.staff(email_as)
        answer = shown(suppressions.add(act, staff.partner, email, reason))
    say(answer, json_)


@suppression.command("remove")
@click.argument("email")
@AS
@as_json
@in_app
def remove(email: str, email_as: str, json_: bool) -> None:
    """Let a mailbox be written to again.

    A global admin of the partner does it, once it is known that the mailbox works and that its owner agrees.

    \b
    Example: assent suppression remove maria@contoso.example --as boss@fabrikam.example
    """
    from app.auth import acts
    from app.commands import suppressions
    from app.db import transaction
    from app.queries.suppressions import of_address, shown

    with transaction():
        act, _ = acts.staff(email_as)
        row = of_address(act, email)
        answer = shown(row)
        suppressions.remove(act, row)
    say(answer, json_)
