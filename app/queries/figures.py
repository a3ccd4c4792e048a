"""Figures of the whole installation for whoever watches over it; nobody's names, no partner's numbers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from app.db import db
from app.models import News, Outbox, WebhookEndpoint


@dataclass(frozen=True)
class Lane:
    """Rows of the outbox in a lane: owed later, due now, given up."""

    name: str
    waiting: int
    due: int
    dead: int


def lanes(now: datetime) -> list[Lane]:
    dead, due = Outbox.dead_at.is_not(None), Outbox.due_at <= now
    kinds = {"dead": dead, "due": ~dead & due, "waiting": ~dead & ~due}
    sums = [func.sum(case((condition, 1), else_=0)).label(name) for name, condition in kinds.items()]
    rows = db.session.execute(select(Outbox.lane, *sums).group_by(Outbox.lane).order_by(Outbox.lane))
    return [Lane(row.lane, row.waiting, row.due, row.dead) for row in rows]


def endpoints() -> dict[str, int]:
    """Endpoints of webhooks that are well, fail just now, or are called no more."""
    disabled, failing = WebhookEndpoint.disabled_at.is_not(None), WebhookEndpoint.failing_since.is_not(None)
    kinds = {"disabled": disabled, "failing": ~disabled & failing, "well": ~disabled & ~failing}
    sums = [func.coalesce(func.sum(case((condition, 1), else_=0)), 0).label(name) for name, condition in kinds.items()]
    row = db.session.execute(select(*sums)).one()
    return {name: int(getattr(row, name)) for name in kinds}


def unnumbered() -> int:
    """News that the sequencer has yet to give a number."""
    return db.session.scalar(select(func.count()).select_from(News).where(News.seq.is_(None))) or 0
