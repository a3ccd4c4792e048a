"""Invitations as they are read: whose they are, what became of them, and of the newest mail of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from app.core.act import Act
from app.core.carrying import Delivery, Health
from app.core.contact import mailbox
from app.core.evidence import stamp
from app.core.refusals import Reason, Refused
from app.core.snapshot import Invited
from app.core.vocabulary import InvitationStatus
from app.db import db
from app.models import RELATED, Invitation, Machine, Outbox, OutboxArchive, Relationship
from app.queries.scope import visible_to
from app.queries.suppressions import healths


@dataclass(frozen=True)
class Carried:
    """How often a mail was tried, what was last said to it, and when it is tried next."""

    tries: int = 0
    answer: str | None = None
    due: datetime | None = None


def one(act: Act, id: UUID) -> tuple[Invitation, Relationship]:
    """An invitation and its customer; unknown and foreign ids are alike not there."""
    found = db.session.execute(
        select(Invitation, Relationship)
        .join(Invitation.machine)
        .join(Relationship, RELATED)
        .options(contains_eager(Invitation.machine))
        .where(Invitation.id == id, visible_to(act))
    ).one_or_none()
    if found is None:
        raise Refused(Reason.NOT_FOUND, what="invitation id")
    return found[0], found[1]


def of(act: Act, customer_id: UUID, most: int, after: UUID | None = None) -> list[Invitation]:
    """The invitations of one customer, the newest first, from the one after `after` on."""
    query = (
        select(Invitation)
        .join(Invitation.machine)
        .options(contains_eager(Invitation.machine))
        .where(visible_to(act), Machine.customer_id == customer_id)
        .order_by(Invitation.id.desc())
        .limit(most)
    )
    return list(db.session.scalars(query.where(Invitation.id < after) if after else query))


def shown(rows: Sequence[Invitation], at: datetime) -> list[dict[str, Any]]:
    """Many of them in four reads."""
    mails = _mails([row.mail_id for row in rows if row.mail_id])
    known = healths({(row.partner_id, row.email) for row in rows})
    return [
        _shown(
            row,
            mails.get(row.mail_id, Carried()) if row.mail_id else Carried(),
            known.get((row.partner_id, mailbox(row.email)), Health.OK),
            at,
        )
        for row in rows
    ]


def _shown(row: Invitation, mail: Carried, health: Health, at: datetime) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "customerId": str(row.machine.customer_id),
        "agreementType": row.machine.agreement_type,
        "kind": row.kind,
        "status": status(row, at),
        "delivery": row.delivery,
        "contact": row.contact.personal(),
        "contactHealth": health,
        "language": row.language,
        "dap": row.dap,
        "createdAt": stamp(row.created_at),
        "expiresAt": stamp(row.expires_at),
        "tries": mail.tries,
        "lastAnswer": mail.answer,
        "nextTry": stamp(mail.due) if mail.due else None,
        "message": {"subject": row.subject, "text": row.text, "html": row.html} if row.subject else None,
        "reminders": row.reminders,
        "reminded": row.reminded,
        "remindersStoppedAt": stamp(row.stopped_at) if row.stopped_at else None,
        "nextReminder": stamp(row.reminds_at) if row.reminds_at and _waits(row, at) else None,
        "attributes": {"objectType": "Invitation"},
    }


def _waits(row: Invitation, at: datetime) -> bool:
    """Whether the clock, when it comes, will still find somebody to remind."""
    return status(row, at) is InvitationStatus.OPEN and row.delivery not in (Delivery.BOUNCED, Delivery.COMPLAINED)


def status(row: Invitation | Invited, at: datetime) -> InvitationStatus:
    """As it is now: one that is past its date has expired, whether or not the clock's round has come by yet."""
    over = row.status is InvitationStatus.OPEN and at >= row.expires_at
    return InvitationStatus.EXPIRED if over else row.status


def _mails(ids: Sequence[UUID]) -> dict[UUID, Carried]:
    """What is known of these mails, in the outbox while they are owed and in its archive afterwards."""
    owed = select(Outbox.id, Outbox.attempts, Outbox.last_error, Outbox.due_at, Outbox.dead_at, Outbox.lease_owner)
    done = select(OutboxArchive.id, OutboxArchive.attempts, OutboxArchive.answer)
    found = {
        row.id: Carried(row.attempts, row.last_error, None if row.dead_at or row.lease_owner else row.due_at)
        for row in db.session.execute(owed.where(Outbox.id.in_(ids)))
    }
    finished = db.session.execute(done.where(OutboxArchive.id.in_(ids)))
    return found | {row.id: Carried(row.attempts, row.answer) for row in finished}
