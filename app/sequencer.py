"""Order after commit: one holder at a time gives committed news its partner's next number, without gaps."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from app.db import db, transaction
from app.models import News, NewsCounter

LOCK = 0x73657175  # "sequ"
BATCH = 1000


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
        rows = session.execute(
            select(News.id, News.partner_id).where(News.seq.is_(None)).order_by(News.id).limit(batch)
        ).all()
        if not rows:
            return 0
        last = _last(session, {partner for _, partner in rows})
        stamps = [{"row": id, "number": number} for id, number in _number(rows, last)]
        session.connection().execute(
            update(News).where(News.id == bindparam("row")).values(seq=bindparam("number")), stamps
        )
        for partner, seq in last.items():
            session.execute(update(NewsCounter).where(NewsCounter.partner_id == partner).values(seq=seq))
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
    for id, partner in rows:
        last[partner] += 1
        yield id, last[partner]
