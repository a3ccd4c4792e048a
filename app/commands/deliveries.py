"""What became of an invitation's mail: sent, or given up."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert, select, update

from app.commands.firing import Says, append
from app.core.act import Act
from app.core.vocabulary import Delivery, NewsType, Note, TaskKind
from app.db import db, new_id
from app.models import Invitation, Machine, News, Task


def mark_sent(act: Act, invitations: Sequence[UUID]) -> None:
    """The relay took them: every poller and follower may know."""
    if not invitations:
        return
    held = (Invitation.id.in_(invitations), Invitation.delivery == Delivery.QUEUED)
    rows = db.session.execute(
        select(Invitation.partner_id, Invitation.machine_id, Machine.customer_id)
        .join(Machine, Machine.id == Invitation.machine_id)
        .where(*held)
    ).all()
    db.session.execute(update(Invitation).where(*held).values(delivery=Delivery.SENT))
    if rows:
        db.session.execute(
            insert(News),
            [
                {
                    "uid": new_id(),
                    "partner_id": partner,
                    "machine_id": machine,
                    "customer_id": customer,
                    "type": NewsType.MAIL_SENT,
                    "at": act.at,
                }
                for partner, machine, customer in rows
            ],
        )


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
