"""Stop a partner's bulk mail when too much of it comes back from mailboxes that nobody has."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from heapq import nlargest
from uuid import UUID

from sqlalchemy import func, select

from app.commands import pauses
from app.core.act import Act
from app.core.carrying import Outcome, Pausing
from app.core.returned import dead, status_in
from app.core.vocabulary import ActorKind, Method, Owed, TaskKind
from app.db import db
from app.models import MailPause, Outbox, OutboxArchive, Partner, Task

ASKING = (Owed.INVITATION, Owed.REMINDER, Owed.EXPIRY_WARNING)
# What is looked at: so many of the newest mails, sent within so long.
NEWEST, WITHIN = 200, timedelta(hours=24)
# What is too much: this share of at least so many, and at least so many themselves.
SHARE, LEAST_SENT, LEAST_BOUNCED = 0.05, 20, 3
CAME_BACK = "came back from mailboxes that nobody has"
Sent = tuple[datetime, bool]


def stop_bulk(act: Act, partner_id: UUID) -> None:
    """Part of recording a hard bounce. What is held back already stays as somebody has it held back."""
    if db.session.scalar(select(MailPause.id).where(MailPause.partner_id == partner_id)):
        return
    sent, bounced = figures(partner_id, act.at)
    if sent < LEAST_SENT or bounced < LEAST_BOUNCED or bounced < SHARE * sent:
        return
    said = f"{bounced} of the newest {sent} invitations and reminders {CAME_BACK}"
    # Nobody decided it, whoever told us of the bounce.
    nobody = Act(ActorKind.SYSTEM, Method.CLOCK, act.at, id="clock")
    pauses.pause(nobody, db.session.get_one(Partner, partner_id), Pausing.HARD_BOUNCES, said)
    db.session.add(Task(partner_id=partner_id, kind=TaskKind.MAIL_PAUSED, note=said, created_at=act.at))


def figures(partner_id: UUID, at: datetime) -> tuple[int, int]:
    """How many of the newest mails that ask for an answer were sent, and how many of them bounced hard."""
    since = max(filter(None, (at - WITHIN, _stopped_last(partner_id))))
    newest = nlargest(NEWEST, [*_carried(partner_id, since), *_refused(partner_id, since)])
    return len(newest), sum(bounced for _, bounced in newest)


def _stopped_last(partner_id: UUID) -> datetime | None:
    """What was counted once is not counted again when somebody has let the mail go on."""
    stops = (Task.partner_id == partner_id, Task.kind == TaskKind.MAIL_PAUSED, Task.note.endswith(CAME_BACK))
    return db.session.scalar(select(func.max(Task.created_at)).where(*stops))


def _carried(partner_id: UUID, since: datetime) -> Iterable[Sent]:
    """What relays took."""
    mails = (OutboxArchive.kind.in_(ASKING), OutboxArchive.outcome == Outcome.DONE)
    query = (
        select(OutboxArchive.done_at, OutboxArchive.bounced_at)
        .where(OutboxArchive.partner_id == partner_id, OutboxArchive.done_at > since, *mails)
        .order_by(OutboxArchive.done_at.desc())
        .limit(NEWEST)
    )
    return [(row.done_at, row.bounced_at is not None) for row in db.session.execute(query)]


def _refused(partner_id: UUID, since: datetime) -> Iterable[Sent]:
    """What relays did not take for good."""
    query = (
        select(Outbox.dead_at, Outbox.last_error)
        .where(Outbox.partner_id == partner_id, Outbox.dead_at > since, Outbox.kind.in_(ASKING))
        .order_by(Outbox.dead_at.desc())
        .limit(NEWEST)
    )
    return [(row.dead_at, dead(status_in(row.last_error or ""))) for row in db.session.execute(query)]
