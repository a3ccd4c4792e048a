"""The outbox: claim what is due, fairly and for a while; settle what was done, fenced by the lease."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Update, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.core.vocabulary import Lane, Outcome, Owed
from app.db import database_now, db, transaction
from app.models import Outbox, OutboxArchive, TokenBucket

# A relay that says "later" is asked again after these minutes; then the row is dead.
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 1440))
JITTER = 0.1
LANES = (Lane.INTERACTIVE, Lane.TIMER, Lane.BULK)
BUCKET = "mail"
ALIVE = Outbox.dead_at.is_(None)
# Columns, not entities: this runs for every mail.
CARRIED = (
    *(Outbox.id, Outbox.partner_id, Outbox.lane, Outbox.kind, Outbox.payload),
    *(Outbox.message_id, Outbox.attempts, Outbox.created_at),
)
LEASE = (
    update(Outbox)
    .where(Outbox.id == bindparam("row"))
    .values(attempts=bindparam("number"), message_id=bindparam("name"))
)


@dataclass(frozen=True)
class Claimed:
    id: UUID
    partner_id: UUID
    lane: Lane
    kind: Owed
    payload: dict[str, Any]
    message_id: str
    attempts: int
    created_at: datetime


def pulse() -> bool:
    """One cheap read: is anything due?"""
    session = db.session()
    try:
        due = select(Outbox.id).where(ALIVE, Outbox.due_at <= database_now(session)).limit(1)
        return session.scalar(due) is not None
    finally:
        session.rollback()


def oldest_due() -> int | None:
    """For how many seconds the row that waits longest has been due; None when none is."""
    session = db.session()
    now = database_now(session)
    oldest = session.scalar(select(func.min(Outbox.due_at)).where(ALIVE, Outbox.due_at <= now))
    session.rollback()
    return max(0, int((now - oldest).total_seconds())) if oldest else None


def claim(me: str, room: int, lease: timedelta, rate: float, domain: str) -> list[Claimed]:
    """Lease up to `room` due rows: interactive mail first, then timers, then bulk; partners share each lane."""
    with transaction() as session:
        now = database_now(session)
        mails = _take(session, now, room, rate)
        rows: list[Any] = []
        for lane in LANES:
            left = room - len(rows)
            if lane is not Lane.TIMER:
                left = min(left, mails - sum(row.lane is not Lane.TIMER for row in rows))
            rows += _due(session, lane, left, now)
        _give_back(session, mails - sum(row.lane is not Lane.TIMER for row in rows), rate)
        claimed = [_claimed(row, domain) for row in rows]
        if claimed:
            leases = [{"row": row.id, "number": row.attempts, "name": row.message_id} for row in claimed]
            session.connection().execute(LEASE.values(lease_owner=me, due_at=now + lease), leases)
        return claimed


def _claimed(row: Any, domain: str) -> Claimed:
    # Fixed before the first sending, so that every copy of a mail is recognisably the same mail.
    message_id = row.message_id or f"<{row.id}@{domain}>"
    return Claimed(
        row.id, row.partner_id, row.lane, row.kind, row.payload, message_id, row.attempts + 1, row.created_at
    )


def _due(session: Session, lane: Lane, room: int, now: datetime) -> list[Any]:
    rows: list[Any] = []
    if room <= 0:
        return rows
    partners = _partners(session, lane, now)
    random.shuffle(partners)
    for index, partner in enumerate(partners):
        share = math.ceil((room - len(rows)) / (len(partners) - index))
        if share <= 0:
            break
        rows += session.execute(
            select(*CARRIED)
            .where(Outbox.lane == lane, Outbox.partner_id == partner, ALIVE, Outbox.due_at <= now)
            .order_by(Outbox.due_at)
            .limit(share)
            .with_for_update(skip_locked=True)
        ).all()
    return rows


def _partners(session: Session, lane: Lane, now: datetime) -> list[UUID]:
    """Partners with due rows in a lane, by hopping through the index from one to the next."""
    held = (Outbox.lane == lane, ALIVE)
    first = select(Outbox.partner_id).where(*held).order_by(Outbox.partner_id).limit(1).scalar_subquery()
    hop = select(first.label("id")).cte("hop", recursive=True)
    after = (
        select(Outbox.partner_id)
        .where(*held, Outbox.partner_id > hop.c.id)
        .order_by(Outbox.partner_id)
        .limit(1)
        .scalar_subquery()
    )
    hop = hop.union_all(select(after).where(hop.c.id.is_not(None)))
    # Most partners only have rows that fall due in weeks; asking each of them would cost a query a partner.
    due = select(Outbox.id).where(*held, Outbox.partner_id == hop.c.id, Outbox.due_at <= now).exists()
    return list(session.scalars(select(hop.c.id).where(hop.c.id.is_not(None), due)))


def _take(session: Session, now: datetime, room: int, rate: float) -> int:
    """How many mails may go now: a token bucket that holds one second's worth and that all workers share."""
    if rate <= 0:
        return room
    bucket = session.get(TokenBucket, BUCKET, with_for_update=True)
    if bucket is None:
        bucket = TokenBucket(name=BUCKET, tokens=max(1.0, rate), filled_at=now)
        session.add(bucket)
    gained = max(0.0, (now - bucket.filled_at).total_seconds()) * rate
    bucket.tokens, bucket.filled_at = min(max(1.0, rate), bucket.tokens + gained), now
    allowed = min(room, int(bucket.tokens))
    bucket.tokens -= allowed
    return allowed


def _give_back(session: Session, unused: int, rate: float) -> None:
    if rate > 0 and unused > 0:
        session.execute(
            update(TokenBucket).where(TokenBucket.name == BUCKET).values(tokens=TokenBucket.tokens + unused)
        )


def _mine(me: str) -> ColumnElement[bool]:
    return Outbox.lease_owner == me


def renew(me: str, rows: Sequence[UUID], lease: timedelta) -> int:
    """Hold on to what is still being carried, and to nothing else; answers how many rows that is."""
    with transaction() as session:
        # Rows that are being settled right now are locked; waiting for them could end in a deadlock.
        carried = select(Outbox.id).where(Outbox.id.in_(rows), _mine(me)).with_for_update(skip_locked=True)
        until = database_now(session) + lease
        return _count(session, update(Outbox).where(Outbox.id.in_(session.scalars(carried).all())).values(due_at=until))


def release(me: str) -> int:
    """Give back whatever this worker still holds, so that another need not wait for the lease to end."""
    with transaction() as session:
        now = database_now(session)
        return _count(
            session,
            update(Outbox).where(_mine(me)).values(lease_owner=None, due_at=now, attempts=Outbox.attempts - 1),
        )


def _count(session: Session, statement: Update) -> int:
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Finished:
    """A row that needs no more work."""

    row: Claimed
    outcome: Outcome
    answer: str | None = None


def held(session: Session, me: str, rows: Sequence[Claimed]) -> set[UUID]:
    """Which of these rows are still ours, by owner and by attempt: the fence against a lease that ran out."""
    attempts = {row.id: row.attempts for row in rows}
    found = session.execute(
        select(Outbox.id, Outbox.attempts).where(Outbox.id.in_(attempts), _mine(me)).with_for_update()
    )
    return {id for id, attempt in found if attempts[id] == attempt}


def archive(session: Session, now: datetime, finished: Sequence[Finished]) -> None:
    """Move finished rows out of the workers' way."""
    if not finished:
        return
    session.execute(
        insert(OutboxArchive),
        [
            {
                "id": done.row.id,
                "partner_id": done.row.partner_id,
                "kind": done.row.kind,
                "payload": done.row.payload,
                "message_id": done.row.message_id,
                "attempts": done.row.attempts,
                "outcome": done.outcome,
                "answer": done.answer,
                "created_at": done.row.created_at,
                "done_at": now,
            }
            for done in finished
        ],
    )
    session.execute(delete(Outbox).where(Outbox.id.in_([done.row.id for done in finished])))


def wait(attempts: int) -> timedelta | None:
    """How long until the next try after so many; None when it is time to give up."""
    if attempts > len(BACKOFF):
        return None
    return BACKOFF[attempts - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311


def postpone(session: Session, row: Claimed, now: datetime, error: str, after: timedelta) -> None:
    session.execute(
        update(Outbox).where(Outbox.id == row.id).values(lease_owner=None, due_at=now + after, last_error=error)
    )


def bury(session: Session, row: Claimed, now: datetime, error: str) -> None:
    """Dead, with the reason; nothing tries it again by itself."""
    session.execute(update(Outbox).where(Outbox.id == row.id).values(lease_owner=None, dead_at=now, last_error=error))
