"""The outbox: claim what is due, fairly and for a while; settle what was done, fenced by the lease."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Update, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app import picking
from app.core.carrying import Lane, Outcome
from app.core.vocabulary import Owed
from app.db import database_now, db, transaction
from app.models import Outbox, OutboxArchive
from app.picking import ALIVE

# A relay that says "later" is asked again after these minutes; then the row is dead.
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 1440))
JITTER = 0.1
LEASE = (
    update(Outbox)
    .where(Outbox.id == bindparam("row"))
    .values(attempts=bindparam("number"), message_id=bindparam("name"))
)

ARCHIVE = insert(OutboxArchive)


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
    strikes: int = 0


def pulse(everything: bool = True) -> bool:
    """One cheap read: is anything due, or anything that somebody waits for?"""
    session = db.session()
    try:
        due = select(Outbox.id).where(ALIVE, Outbox.due_at <= database_now(session)).limit(1)
        return session.scalar(due if everything else due.where(Outbox.lane == Lane.INTERACTIVE)) is not None
    finally:
        session.rollback()


def oldest_due() -> int | None:
    """For how many seconds the row that waits longest has been due; None when none is."""
    session = db.session()
    now = database_now(session)
    oldest = session.scalar(select(func.min(Outbox.due_at)).where(ALIVE, Outbox.due_at <= now))
    session.rollback()
    return max(0, int((now - oldest).total_seconds())) if oldest else None


def claim(
    me: str,
    room: int,
    lease: timedelta,
    rate: float,
    domain: str,
    domain_rate: float = 0,
    bulk: bool = True,
    timers: bool = True,
) -> list[Claimed]:
    """Lease up to `room` due rows; without `bulk` and `timers` what nobody waits for stays where it is."""
    with transaction() as session:
        now = database_now(session)
        rows = picking.pick(session, now, room, rate, domain_rate, bulk, timers)
        claimed = [_claimed(row, domain) for row in rows]
        if claimed:
            leases = [{"row": row.id, "number": row.attempts, "name": row.message_id} for row in claimed]
            session.connection().execute(LEASE.values(lease_owner=me, due_at=now + lease), leases)
        return claimed


def _claimed(row: Any, domain: str) -> Claimed:
    # Fixed before the first sending, so that every copy of a mail is recognisably the same mail.
    message_id = row.message_id or f"<{row.id}@{domain}>"
    return Claimed(
        *(row.id, row.partner_id, row.lane, row.kind, row.payload),
        *(message_id, row.attempts + 1, row.created_at, row.strikes),
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
    session.connection().execute(
        ARCHIVE,
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


def hold(session: Session, row: Claimed, until: datetime, error: str) -> None:
    """It was not the mail's fault: the try does not count."""
    held = {"lease_owner": None, "due_at": until, "last_error": error, "attempts": row.attempts - 1}
    session.execute(update(Outbox).where(Outbox.id == row.id).values(held))


def bury(session: Session, row: Claimed, now: datetime, error: str) -> None:
    """Dead, with the reason; nothing tries it again by itself."""
    session.execute(update(Outbox).where(Outbox.id == row.id).values(lease_owner=None, dead_at=now, last_error=error))
