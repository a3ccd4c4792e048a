"""`assent draft approve`, `return`, `assign`: the confirming partner's side of drafts."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import click

from app.cli.drafts import change, decided, draft
from app.cli.shared import AS, ID, as_json, in_app, rules_of, say

__all__ = ["draft"]


@draft.command("approve")
@click.argument("draft_ids", type=ID, nargs=-1, required=True)
@AS
@as_json
@in_app
def approve(draft_ids: tuple[UUID, ...], email_as: str, json_: bool) -> None:
    """Approve one draft or many: each becomes an attestation.

    Both names go on record. Each is decided by itself; exit 1 when any was refused.

    \b
    Example: assent draft approve DRAFT_ID DRAFT_ID --as pia@provider.example
    """
    from app.commands import drafts

    def one(act: Any, row: Any, tie: Any) -> None:
        drafts.approve(act, row, tie, rules_of(row.partner_id))

    items = [_verdict(id, email_as, one) for id in draft_ids]
    refused = [item for item in items if "reason" in item and item["status"] == "refused"]
    words = "\n".join(f"{item['id']}  {item['status']}  {item.get('description', '')}".rstrip() for item in items)
    say({"items": items, "totalCount": len(items), "refused": len(refused)}, json_, words)
    if refused:
        raise SystemExit(1)


def _verdict(draft_id: UUID, email_as: str, step: Callable[[Any, Any, Any], None]) -> dict[str, Any]:
    from app.core.refusals import Refused
    from app.errors import answer

    try:
        return decided(draft_id, email_as, step)
    except Refused as refused:
        words = {"reason": refused.reason, "description": answer(refused).remedy}
        return {"id": str(draft_id), "status": "refused", **words}


@draft.command("return")
@click.argument("draft_id", type=ID)
@click.option("--reason", required=True, help="What is missing or wrong; one line.")
@AS
@as_json
@in_app
def give_back(draft_id: UUID, reason: str, email_as: str, json_: bool) -> None:
    """Return a draft to whoever prepared it.

    \b
    Example: assent draft return DRAFT_ID --reason "the signature is missing" --as pia@provider.example
    """
    from app.commands import drafts

    change(draft_id, email_as, json_, lambda act, row, tie: drafts.give_back(act, row, reason))


@draft.command("assign")
@click.argument("draft_id", type=ID)
@click.option("--to", "to", required=True, metavar="EMAIL", help="Who is to decide it.")
@click.option("--substitute", metavar="EMAIL", help="Who decides it when that person is away.")
@AS
@as_json
@in_app
def assign(draft_id: UUID, to: str, substitute: str | None, email_as: str, json_: bool) -> None:
    """Say who is to decide a draft.

    \b
    Example: assent draft assign DRAFT_ID --to pia@provider.example --substitute per@provider.example \\
             --as pia@provider.example
    """
    from app.auth import acts
    from app.commands import drafts

    def one(act: Any, row: Any, tie: Any) -> None:
        drafts.assign(act, row, acts.person(to), acts.person(substitute) if substitute else None)

    change(draft_id, email_as, json_, one)
