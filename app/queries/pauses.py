"""How mail stands, a partner's or the installation's: what is held back and why, what waits, what was given up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.core.act import Act
from app.core.carrying import Lane
from app.core.evidence import stamp
from app.db import database_now, db
from app.models import MailPause, MailRoute, Outbox, Partner
from app.queries import figures, routes

MAILS = Outbox.lane != Lane.TIMER


@dataclass(frozen=True)
class Rates:
    """Mails a second, as the settings give them."""

    all: float
    domain: float

    def shown(self) -> dict[str, float | None]:
        """Null: as fast as it goes."""
        return {"all": self.all or None, "domain": self.domain or None}


def shown(act: Act, rates: Rates) -> dict[str, Any]:
    """The caller's own mail. A pause of everybody's shows where the partner has none of its own."""
    partner_id = act.partner_id
    pauses = {row.partner_id: row for row in _pauses(partner_id)}
    held = pauses.get(partner_id) or pauses.get(None)
    mine = (Outbox.partner_id == partner_id, MAILS)
    waiting = select(func.count(), func.min(Outbox.created_at)).where(*mine, Outbox.dead_at.is_(None))
    queued, oldest = db.session.execute(waiting).one()
    dead = select(func.count()).select_from(Outbox).where(*mine, Outbox.dead_at.is_not(None))
    return {
        "paused": held is not None,
        "pausedForAll": None in pauses,
        "pausedWhy": held.why if held else None,
        "pausedNote": held.note if held else None,
        "pausedAt": stamp(held.since) if held else None,
        "pausedBy": held.by if held else None,
        "codesToo": any(row.codes_too for row in pauses.values()),
        "queued": queued,
        "oldestAt": stamp(oldest) if oldest else None,
        "dead": db.session.scalar(dead),
        "rates": rates.shown(),
        "attributes": {"objectType": "Mail"},
    }


def _pauses(partner_id: UUID | None) -> list[MailPause]:
    whose = MailPause.partner_id.is_(None) | (MailPause.partner_id == partner_id)
    return list(db.session.scalars(select(MailPause).where(whose)))


def standing(rates: Rates) -> dict[str, Any]:
    """The whole installation's, for its operator."""
    now = database_now(db.session())
    return {
        "lanes": [_lane(lane, now) for lane in figures.lanes(now)],
        "pauses": [_pause(row, whose) for row, whose in _all()],
        "relays": [_route(row) for row in routes.refusing(now)],
        "rates": rates.shown(),
    }


def _lane(lane: figures.Lane, now: datetime) -> dict[str, Any]:
    due = (Outbox.lane == lane.name, Outbox.dead_at.is_(None), Outbox.due_at <= now)
    oldest = db.session.scalar(select(func.min(Outbox.due_at)).where(*due))
    late = int((now - oldest).total_seconds()) if oldest else None
    return {"lane": lane.name, "waiting": lane.waiting, "due": lane.due, "dead": lane.dead, "oldestDueSeconds": late}


def _all() -> list[tuple[MailPause, str]]:
    """Every pause and whose mail it holds back, the oldest first."""
    named = select(MailPause, Partner.name).outerjoin(Partner, Partner.id == MailPause.partner_id)
    return [(row, name or "everybody") for row, name in db.session.execute(named.order_by(MailPause.since))]


def _pause(row: MailPause, whose: str) -> dict[str, Any]:
    return {
        "partnerId": str(row.partner_id) if row.partner_id else None,
        "partner": whose,
        "why": row.why.value,
        "note": row.note,
        "codesToo": row.codes_too,
        "since": stamp(row.since),
        "by": row.by,
    }


def _route(row: MailRoute) -> dict[str, Any]:
    times = {"since": stamp(row.since), "until": stamp(row.paused_until)}
    return {"relay": row.name, "answer": row.answer, "strikes": row.strikes, **times}


def held_back() -> list[str]:
    """Whose bulk mail is held back, and since when: for whoever wonders why it waits."""
    return [f"{whose} ({row.why}, since {stamp(row.since)})" for row, whose in _all()]
