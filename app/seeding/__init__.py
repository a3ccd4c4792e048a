"""A made-up portfolio to try figures on: written as commands write, only many customers at a time."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import add
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.core.act import Act
from app.core.lifecycle import Event, State
from app.core.policy import Rulebook
from app.core.tally import Key, MonthKey, Passed
from app.core.vocabulary import AgreementType
from app.db import db, new_id, transaction
from app.models import Customer, Machine, News, NewsCounter, Record
from app.seeding.ahead import batches
from app.seeding.portfolios import Plan, Portfolio
from app.seeding.rows import Rows, numbered
from app.seeding.storage import COLUMNS, Statements, wide, zone
from app.sequencer import LOCK, count, count_months


@dataclass(frozen=True)
class Sown:
    """What was written so far."""

    customers: int = 0
    machines: int = 0
    records: int = 0

    def with_rows(self, rows: Rows) -> "Sown":
        more = (len(rows[model]) for model in (Customer, Machine, Record))
        return Sown(*map(add, (self.customers, self.machines, self.records), more))


def plan(act: Act, partner_id: UUID, portfolio: Portfolio, machines: int, rules: Rulebook, mail_domain: str) -> Plan:
    return Plan(act, partner_id, portfolio, machines, rules, mail_domain, new_id().hex[-8:], zone(db.engine.dialect))


def seed(wanted: Plan, progress: Callable[[Sown], None]) -> Sown:
    """Write a portfolio, a batch a transaction: what was committed is whole, whenever this ends."""
    sown, statements = Sown(), Statements(db.engine.dialect)
    with wide(db.engine):
        for rows in batches(wanted):
            with transaction() as session:
                first = _take_numbers(session, wanted.partner_id, len(rows[News]))
                statements.write(session.connection(), numbered(rows, first))
                count(session, _standing(wanted.partner_id, rows))
                count_months(session, _months(wanted.partner_id, rows))
            sown = sown.with_rows(rows)
            progress(sown)
    return sown


def _standing(partner_id: UUID, rows: Rows) -> Counter[Key]:
    """How many of the new agreements are in which state; their news, which have numbers already, nobody counts."""
    held = [COLUMNS[Machine].split().index(name) for name in ("agreement_type", "state")]
    found = Counter(tuple(row[place] for place in held) for row in rows[Machine])
    return Counter({(partner_id, AgreementType(kind), State(state)): many for (kind, state), many in found.items()})


def _months(partner_id: UUID, rows: Rows) -> Counter[MonthKey]:
    """In which months agreements were attested; nobody was invited."""
    names = COLUMNS[Record].split()
    event, at = names.index("event"), names.index("at")
    kinds = {key: AgreementType(kind) for key, kind in _kinds(rows)}
    machine = names.index("machine_id")
    found: Counter[MonthKey] = Counter()
    for row in rows[Record]:
        if row[event] == Event.ATTEST:
            found[partner_id, kinds[row[machine]], row[at][:7], Passed.ATTESTED] += 1
    return found


def _kinds(rows: Rows) -> Iterator[tuple[str, str]]:
    names = COLUMNS[Machine].split()
    key, kind = names.index("id"), names.index("agreement_type")
    return ((row[key], row[kind]) for row in rows[Machine])


def _take_numbers(session: Session, partner_id: UUID, many: int) -> int:
    """The first of the partner's next numbers; the sequencer, which reads the last one, stays out until the commit."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    known = session.scalar(select(NewsCounter.seq).where(NewsCounter.partner_id == partner_id))
    if known is None:
        session.execute(insert(NewsCounter).values(partner_id=partner_id, seq=many))
        return 1
    session.execute(update(NewsCounter).where(NewsCounter.partner_id == partner_id).values(seq=known + many))
    return known + 1
