"""What became of an invitation's mail: sent, or given up."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from app.commands import snapshots
from app.commands.firing import Says, append
from app.core.act import Act
from app.core.snapshot import Snapshot
from app.core.vocabulary import Delivery, NewsType, Note, TaskKind
from app.db import db, new_id
from app.models import Invitation, Machine, News, Task


def mark_sent(act: Act, invitations: Sequence[UUID]) -> None:
    """The relay took them: every poller and follower may know."""
    if not invitations:
        return
    held = (Invitation.id.in_(invitations), Invitation.delivery == Delivery.QUEUED)
    found = db.session.execute(select(Invitation.machine_id, Invitation.id).where(*held)).all()
    # The agreements first, as every event does it: taken in another order, two of them can lock each other out.
    shown = snapshots.of({machine for machine, _ in found})
    db.session.execute(update(Invitation).where(*held).values(delivery=Delivery.SENT))
    if found:
        db.session.execute(insert(News), [_sent(act, shown[machine], id) for machine, id in found])


def _sent(act: Act, shown: Snapshot, invitation: UUID) -> dict[str, Any]:
    newest = shown.invitation
    if newest and newest.id == invitation:
        shown = replace(shown, invitation=replace(newest, delivery=Delivery.SENT))
    whose = {"partner_id": shown.partner_id, "machine_id": shown.id, "customer_id": shown.customer_id}
    left = {"before": shown.state, "after": shown.state, "facts": shown.facts()}
    return {"uid": new_id(), "type": NewsType.MAIL_SENT, "at": act.at, **whose, **left}


def give_up(act: Act, invitation: Invitation, machine: Machine, answer: str, *, address: bool) -> None:
    """Nobody will try again: the partner gets a task, and a dead mailbox goes on record as bounced."""
    if address and invitation.delivery is not Delivery.BOUNCED:
        says = Says(clear={"invitation": str(invitation.id), "reason": "mailbox-refused"})
        append(machine, Note.BOUNCED, machine.state, act, says)
        invitation.delivery = Delivery.BOUNCED
    elif invitation.delivery is Delivery.QUEUED:
        invitation.delivery = Delivery.NOT_SENT
    db.session.add(
        Task(
            partner_id=machine.partner_id,
            machine_id=machine.id,
            kind=TaskKind.MAIL_FAILED,
            assignee_id=invitation.invited_by,
            note=answer,
            created_at=act.at,
        )
    )
