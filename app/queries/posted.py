"""How a partner's mail went lately: what was sent today, what was given up and why, what is tried again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app.core.act import Act
from app.core.carrying import Lane, Outcome
from app.core.effects import LANES
from app.core.permissions import Action, require
from app.core.vocabulary import Owed
from app.db import db
from app.models import Outbox, OutboxArchive

MAILS = [kind for kind in Owed if LANES[kind] is not Lane.TIMER]
SHOWN = 10


@dataclass(frozen=True)
class GivenUp:
    """A mail that nobody tries to send again, with what the relay answered."""

    id: UUID
    kind: Owed
    at: datetime
    answer: str


@dataclass(frozen=True)
class Lately:
    sent: int
    since: datetime
    # Mails that failed and are tried again: how many, when the first of them, and what was answered there.
    trying: int
    next_try: datetime | None
    answer: str | None
    given_up: list[GivenUp]


def lately(act: Act) -> Lately:
    """The caller's own mail; its day begins at midnight UTC."""
    require(act, Action.VIEW_MAIL)
    since = act.at.replace(hour=0, minute=0, second=0, microsecond=0)
    done = (OutboxArchive.kind.in_(MAILS), OutboxArchive.outcome == Outcome.DONE, OutboxArchive.done_at >= since)
    sent = select(func.count()).select_from(OutboxArchive).where(OutboxArchive.partner_id == act.partner_id, *done)
    again = (Outbox.partner_id == act.partner_id, Outbox.kind.in_(MAILS), Outbox.dead_at.is_(None), Outbox.attempts > 0)
    trying, following = db.session.execute(select(func.count(), func.min(Outbox.due_at)).where(*again)).one()
    answers = select(Outbox.last_error).where(*again).order_by(Outbox.due_at).limit(1)
    answer = db.session.scalar(answers)
    return Lately(db.session.scalar(sent) or 0, since, trying, following, answer, _given_up(act))


def _given_up(act: Act) -> list[GivenUp]:
    dead = (Outbox.partner_id == act.partner_id, Outbox.kind.in_(MAILS), Outbox.dead_at.is_not(None))
    columns = (Outbox.id, Outbox.kind, Outbox.dead_at, Outbox.last_error)
    rows = db.session.execute(select(*columns).where(*dead).order_by(Outbox.dead_at.desc()).limit(SHOWN))
    return [GivenUp(row.id, row.kind, row.dead_at, row.last_error or "") for row in rows]
