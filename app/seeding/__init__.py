"""A made-up portfolio to try figures on: written as commands write, only many customers at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from operator import add
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.core.act import Act
from app.core.policy import Rulebook
from app.core.vocabulary import AgreementType, PurchaseKind
from app.db import db, new_id, transaction
from app.models import Customer, Machine, News, NewsCounter, Record
from app.seeding.moulds import Moulds
from app.seeding.people import Town
from app.seeding.rows import Batch
from app.seeding.storage import Moment, Store, wide
from app.sequencer import LOCK

TOGETHER = 10_000  # customers of one transaction
ATTESTED, BLOCKED = 0.45, 0.10  # shares of a mixed portfolio; the rest is unconfirmed
BOUGHT = [kind for kind in PurchaseKind if kind is not PurchaseKind.AUTO_RENEWAL]
PAST = timedelta(days=2 * 365)
ADDED_BEFORE, RECORDED_AFTER = timedelta(days=14), timedelta(days=2)  # at most; the customer agreed in between
CLOUD_YEAR = (datetime(2018, 11, 1, tzinfo=UTC), datetime(2019, 9, 28, tzinfo=UTC))


class Portfolio(StrEnum):
    MIXED = "mixed"
    CLOUD = "cloud-agreement"


@dataclass(frozen=True)
class Plan:
    """So many machines of a partner, and who is said to have written them."""

    act: Act
    partner_id: UUID
    portfolio: Portfolio
    machines: int
    rules: Rulebook
    mail_domain: str

    @property
    def customers(self) -> int:
        return self.machines if self.portfolio is Portfolio.MIXED else (self.machines + 1) // 2

    @property
    def years(self) -> tuple[datetime, datetime]:
        """Between which moments customers agreed."""
        return (self.act.at - PAST, self.act.at - RECORDED_AFTER) if self.portfolio is Portfolio.MIXED else CLOUD_YEAR


@dataclass(frozen=True)
class Sown:
    """What was written so far."""

    customers: int = 0
    machines: int = 0
    records: int = 0

    def with_rows(self, batch: Batch) -> "Sown":
        more = (len(batch.rows[model]) for model in (Customer, Machine, Record))
        return Sown(*map(add, (self.customers, self.machines, self.records), more))


def seed(plan: Plan, progress: Callable[[Sown], None]) -> Sown:
    """Write the portfolio, a batch a transaction: what was committed is whole, whenever this ends."""
    sown = Sown()
    town = Town(plan.rules.catalogue.languages, mark=new_id().hex[-8:])
    store, moulds = Store(db.engine.dialect), Moulds(plan.act, plan.rules)
    with wide(db.engine):
        while sown.customers < plan.customers:
            batch = Batch(moulds, plan.partner_id.hex, plan.mail_domain)
            for index in range(sown.customers, min(sown.customers + TOGETHER, plan.customers)):
                SOWERS[plan.portfolio](plan, store, town, batch, index)
            with transaction() as session:
                batch.number(_take_numbers(session, plan.partner_id, len(batch.rows[News])))
                store.write(session.connection(), batch.rows)
            sown = sown.with_rows(batch)
            progress(sown)
    return sown


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


def _moments(plan: Plan, store: Store, town: Town, index: int) -> tuple[Moment, Moment, Moment]:
    """When the customer was added, when it agreed and when that was recorded; the portfolio grows over time."""
    begin, end = plan.years
    agreed = begin + (end - begin) * (index / plan.customers)
    added, recorded = agreed - ADDED_BEFORE * town.chance(), agreed + RECORDED_AFTER * town.chance()
    return store.moment(added), store.moment(agreed), store.moment(recorded)


def _sow_mixed(plan: Plan, store: Store, town: Town, batch: Batch, index: int) -> None:
    who, (added, agreed, at) = town.company(), _moments(plan, store, town, index)
    customer, chance = batch.customer(who, added), town.chance()
    if chance < ATTESTED:
        batch.attested(customer, AgreementType.MCA, who, added, agreed, at)
    elif chance < ATTESTED + BLOCKED:
        batch.blocked(customer, town.pick(BOUGHT), added, at)
    else:
        batch.unconfirmed(customer, AgreementType.MCA, added)


def _sow_cloud(plan: Plan, store: Store, town: Town, batch: Batch, index: int) -> None:
    """A customer of 2019; of an odd number of machines the last customer's second one is left out."""
    who, (added, agreed, at) = town.company(), _moments(plan, store, town, index)
    customer = batch.customer(who, added)
    batch.unconfirmed(customer, AgreementType.MCA, added)
    if 2 * index + 1 < plan.machines:
        batch.attested(customer, AgreementType.CLOUD, who, agreed, agreed, at)


SOWERS = {Portfolio.MIXED: _sow_mixed, Portfolio.CLOUD: _sow_cloud}
