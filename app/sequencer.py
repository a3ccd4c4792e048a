"""Order after commit: one holder at a time gives committed news its partner's next number, without gaps, and counts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from app.core import tally
from app.db import db, transaction
from app.models import Machine, News, NewsCounter, StateCount

LOCK = 0x73657175  # "sequ"
BATCH = 1000
UNSTAMPED = (
    select(News.id, News.partner_id, News.before, News.after, Machine.agreement_type)
    .outerjoin(Machine, Machine.id == News.machine_id)
    .where(News.seq.is_(None))
    .order_by(News.id)
)
COUNT = (StateCount.partner_id, StateCount.agreement_type, StateCount.state)
ADD = (
    update(StateCount)
    .where(*(column == bindparam(f"of_{column.key}") for column in COUNT))
    .values(number=StateCount.number + bindparam("more"))
)


def pulse() -> bool:
    """One cheap read: is there news without a number?"""
    session = db.session()
    try:
        return session.scalar(select(News.id).where(News.seq.is_(None)).limit(1)) is not None
    finally:
        session.rollback()


def stamp(batch: int = BATCH) -> int:
    """Number what was committed and has no number yet; answers how many. The lock ends with the transaction,
    so if the holder dies the next one goes on where its last commit ended."""
    with transaction() as session:
        if not _holds(session):
            return 0
        rows = session.execute(UNSTAMPED.limit(batch)).all()
        if not rows:
            return 0
        last = _last(session, {row.partner_id for row in rows})
        stamps = [{"row": id, "number": number} for id, number in _number(rows, last)]
        session.connection().execute(
            update(News).where(News.id == bindparam("row")).values(seq=bindparam("number")), stamps
        )
        for partner, seq in last.items():
            session.execute(update(NewsCounter).where(NewsCounter.partner_id == partner).values(seq=seq))
        count(session, tally.changes(rows))
        return len(rows)


def _holds(session: Session) -> bool:
    """On SQLite the one writer is us; on PostgreSQL an advisory lock says so."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))))


def _last(session: Session, partners: set[UUID]) -> dict[UUID, int]:
    counters = select(NewsCounter.partner_id, NewsCounter.seq).where(NewsCounter.partner_id.in_(partners))
    last = {row.partner_id: row.seq for row in session.execute(counters)}
    fresh = dict.fromkeys(partners - set(last), 0)
    if fresh:
        session.execute(insert(NewsCounter), [{"partner_id": id, "seq": seq} for id, seq in fresh.items()])
    return last | fresh


def _number(rows: Sequence[Any], last: dict[UUID, int]) -> Iterator[tuple[int, int]]:
    for row in rows:
        last[row.partner_id] += 1
        yield row.id, last[row.partner_id]


def count(session: Session, changes: Mapping[tally.Key, int]) -> None:
    """Add to the counts per state. Whoever calls it holds the lock."""
    moved = {key: more for key, more in changes.items() if more}
    kept = select(*COUNT).where(StateCount.partner_id.in_({partner for partner, *_ in moved}))
    known = {(partner, kind, state) for partner, kind, state in session.execute(kept)} if moved else set()
    fresh = [key for key in moved if key not in known]
    if fresh:
        values = ("partner_id", "agreement_type", "state", "number")
        session.execute(insert(StateCount), [dict(zip(values, (*key, moved[key]), strict=True)) for key in fresh])
    names = [f"of_{column.key}" for column in COUNT]
    old = [dict(zip(names, key, strict=True)) | {"more": moved[key]} for key in known & moved.keys()]
    if old:
        session.connection().execute(ADD, old)
