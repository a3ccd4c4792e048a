"""Order after commit: one holder at a time gives committed news its partner's next number, without gaps, and counts."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, inspect, select, update
from sqlalchemy.orm import Session

from app.core import tally
from app.core.vocabulary import NewsType
from app.db import Base, db, transaction
from app.models import Machine, MonthCount, News, NewsCounter, Record, StateCount

LOCK = 0x73657175  # "sequ"
BATCH = 1000
UNSTAMPED = (
    select(
        *(News.id, News.partner_id, News.type, News.at, News.before, News.after),
        *(News.machine_id, News.record_id, Machine.agreement_type),
    )
    .outerjoin(Machine, Machine.id == News.machine_id)
    .where(News.seq.is_(None))
    .order_by(News.id)
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
        count_months(session, tally.months(rows) + _waits(session, rows))
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
    _add(session, StateCount, changes)


def count_months(session: Session, changes: Mapping[tally.MonthKey, int]) -> None:
    """Add to what passed in each month, in the same way."""
    _add(session, MonthCount, changes)


def _add(session: Session, table: type[Base], changes: Mapping[Any, int]) -> None:
    """Add to the rows of these keys, whose first member is the partner; those that are not there yet are made."""
    key = inspect(table).primary_key
    moved = {found: more for found, more in changes.items() if more}
    kept = select(*key).where(key[0].in_({partner for partner, *_ in moved}))
    known = {tuple(row) for row in session.execute(kept)} if moved else set()
    names = [str(column.key) for column in key]
    fresh = [dict(zip(names, found, strict=True)) | {"number": moved[found]} for found in moved if found not in known]
    if fresh:
        session.execute(insert(table), fresh)
    old = [{f"of_{name}": part for name, part in zip(names, found, strict=True)} for found in known & moved.keys()]
    if old:
        more = [row | {"more": moved[tuple(row.values())]} for row in old]
        session.connection().execute(_adding(table), more)


def _adding(table: type[Base]) -> Any:
    number = table.__table__.c.number
    mine = [column == bindparam(f"of_{column.key}") for column in inspect(table).primary_key]
    return update(table).where(*mine).values(number=number + bindparam("more"))


def _waits(session: Session, rows: Sequence[Any]) -> Counter[tally.MonthKey]:
    """How long it took each agreement that these rows say was accepted."""
    machines = [row.machine_id for row in rows if row.type == NewsType.ACCEPTED]
    if not machines:
        return Counter()
    asked = Record.machine_id.in_(machines) & Record.event.in_(tally.ASKING)
    records = select(Record.machine_id, Record.id, Record.event, Record.at).where(asked)
    return tally.waited(rows, session.execute(records.order_by(Record.machine_id, Record.number)))
