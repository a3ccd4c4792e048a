"""Agreements over time: how many were asked for and confirmed in each month, and how long customers took."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import tally
from app.core.tally import Passed
from app.core.vocabulary import AgreementType
from app.db import db
from app.models import Machine, MonthCount, News, Record

SHOWN = 12
WAITS = (*(word for _, word in tally.WAITS), Passed.LATER)
UNSTAMPED = (
    select(
        *(News.partner_id, News.type, News.at, News.before, News.after),
        *(News.machine_id, News.record_id, Machine.agreement_type),
    )
    .join(Machine, Machine.id == News.machine_id)
    .where(News.seq.is_(None))
)


@dataclass(frozen=True)
class Month:
    first: date
    numbers: Mapping[Passed, int] = field(default_factory=dict)

    def of(self, what: Passed) -> int:
        return self.numbers.get(what, 0)


def months(partner_id: UUID, kind: AgreementType, today: date, many: int = SHOWN) -> list[Month]:
    """The last months of a confirming partner, this one included, oldest first; those without anything too."""
    firsts = [_before(today, back) for back in reversed(range(many))]
    whose = (MonthCount.partner_id == partner_id, MonthCount.agreement_type == kind)
    kept = select(MonthCount.month, MonthCount.passed, MonthCount.number).where(*whose)
    found: dict[str, dict[Passed, int]] = {}
    for month, what, number in db.session.execute(kept.where(MonthCount.month >= f"{firsts[0]:%Y-%m}")):
        found.setdefault(month, {})[what] = number
    return [Month(first, found.get(f"{first:%Y-%m}", {})) for first in firsts]


def _before(day: date, back: int) -> date:
    """The first day of the month that lies so many months back."""
    years, month = divmod(day.year * 12 + day.month - 1 - back, 12)
    return date(years, month + 1, 1)


def waits(found: list[Month]) -> list[tuple[Passed, int]]:
    """Of the customers that accepted in these months, how many took how long."""
    return [(what, sum(month.of(what) for month in found)) for what in WAITS]


def median(numbers: list[tuple[Passed, int]]) -> Passed | None:
    """The span that the middle one of them falls into."""
    half, so_far = sum(number for _, number in numbers) / 2, 0
    for what, number in numbers:
        so_far += number
        if so_far and so_far >= half:
            return what
    return None


def faults(session: Session, told: Counter[tally.MonthKey]) -> list[str]:
    """Where what is kept, with what has no number yet, is not what the records tell."""
    columns = (MonthCount.partner_id, MonthCount.agreement_type, MonthCount.month, MonthCount.passed)
    kept: Counter[tally.MonthKey] = Counter()
    for partner, kind, month, what, number in session.execute(select(*columns, MonthCount.number)):
        kept[partner, kind, month, what] = number
    rows = session.execute(UNSTAMPED).all()
    asked = Record.machine_id.in_({row.machine_id for row in rows}) & Record.event.in_(tally.ASKING)
    records = select(Record.machine_id, Record.id, Record.event, Record.at).where(asked)
    ordered = session.execute(records.order_by(Record.machine_id, Record.number))
    kept.update(tally.months(rows) + tally.waited(rows, ordered))
    return [
        f"months: partner {key[0]}, {key[1]}, {key[2]}: {told[key]} are {key[3]}, but {kept[key]} are counted"
        for key in sorted(kept.keys() | told.keys())
        if kept[key] != told[key]
    ]
