"""What portfolios are made of: which customers, since when, and where their agreements stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.core.act import Act
from app.core.policy import Rulebook, Topic, start_of
from app.core.vocabulary import AgreementType, PurchaseKind
from app.seeding.moulds import Moulds
from app.seeding.people import Town
from app.seeding.rows import Batch, Rows
from app.seeding.storage import Moment, moment

TOGETHER = 20_000  # customers of one batch: fewer cost more in copying, more keep other writers waiting
ATTESTED, BLOCKED = 0.45, 0.10  # shares of a mixed portfolio; the rest is unconfirmed
BOUGHT = [kind for kind in PurchaseKind if kind is not PurchaseKind.AUTO_RENEWAL]
PAST = timedelta(days=2 * 365)
ADDED_BEFORE, RECORDED_AFTER = timedelta(days=14), timedelta(days=2)  # at most; the customer agreed in between


class Portfolio(StrEnum):
    MIXED = "mixed"
    CLOUD = "cloud-agreement"


@dataclass(frozen=True)
class Plan:
    """So many machines of a partner, who is said to have written them, and what tells them from another run's."""

    act: Act
    partner_id: UUID
    portfolio: Portfolio
    machines: int
    rules: Rulebook
    mail_domain: str
    mark: str
    zone: str
    together: int = TOGETHER

    @property
    def customers(self) -> int:
        return self.machines if self.portfolio is Portfolio.MIXED else (self.machines + 1) // 2

    @property
    def years(self) -> tuple[datetime, datetime]:
        """Between which moments customers agreed."""
        if self.portfolio is Portfolio.MIXED:
            return self.act.at - PAST, self.act.at - RECORDED_AFTER
        # While the Cloud Agreement could be recorded and the newer one could not.
        since = {kind: _recordable_since(self.rules, kind) for kind in AgreementType}
        return since[AgreementType.CLOUD] + ADDED_BEFORE, since[AgreementType.MCA] - RECORDED_AFTER


def _recordable_since(rules: Rulebook, kind: AgreementType) -> datetime:
    rows = [rule for rule in rules.policy.rules if rule.topic is Topic.RECORD and kind in rule.agreements]
    return start_of(min(rule.since for rule in rows))


class Sower:
    """Makes up one customer after the other."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._years = plan, plan.years
        self._town = Town(plan.rules.catalogue.languages, plan.mark)
        self._moulds = Moulds(plan.act, plan.rules)
        self._sow = {Portfolio.MIXED: self._mixed, Portfolio.CLOUD: self._cloud}[plan.portfolio]

    def batches(self) -> Iterator[Rows]:
        customers, together = self._plan.customers, self._plan.together
        for start in range(0, customers, together):
            batch = Batch(self._moulds, self._plan.partner_id.hex, self._plan.mail_domain)
            for index in range(start, min(start + together, customers)):
                self._sow(batch, index)
            yield batch.rows

    def _moments(self, index: int) -> tuple[Moment, Moment, Moment]:
        """When the customer was added, when it agreed and when that was recorded; a portfolio grows over time."""
        (begin, end), zone, chance = self._years, self._plan.zone, self._town.chance
        agreed = begin + (end - begin) * (index / self._plan.customers)
        added, recorded = agreed - ADDED_BEFORE * chance(), agreed + RECORDED_AFTER * chance()
        return moment(added, zone), moment(agreed, zone), moment(recorded, zone)

    def _mixed(self, batch: Batch, index: int) -> None:
        who, (added, agreed, at) = self._town.company(), self._moments(index)
        customer, chance = batch.customer(who, added), self._town.chance()
        if chance < ATTESTED:
            batch.attested(customer, AgreementType.MCA, who, added, agreed, at)
        elif chance < ATTESTED + BLOCKED:
            batch.blocked(customer, self._town.pick(BOUGHT), added, at)
        else:
            batch.unconfirmed(customer, AgreementType.MCA, added)

    def _cloud(self, batch: Batch, index: int) -> None:
        """A customer of former times; of an odd number of machines the last customer's second one is left out."""
        who, (added, agreed, at) = self._town.company(), self._moments(index)
        customer = batch.customer(who, added)
        batch.unconfirmed(customer, AgreementType.MCA, added)
        if 2 * index + 1 < self._plan.machines:
            batch.attested(customer, AgreementType.CLOUD, who, agreed, agreed, at)
