"""Dated rules as data: which of them hold for an order at a moment. Rows come from TOML, never from an `if`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from app.core.agreements import Catalogue, Terms
from app.core.reminding import Policy as Reminding
from app.core.vocabulary import AgreementType, Channel, Cloud, Environment, Operation, PurchaseKind

PLAIN = "plain"


class Topic(StrEnum):
    REQUIREMENT = "requirement"  # what an order needs; these rows leave no gap and no overlap
    ENFORCEMENT = "enforcement"  # what an order needs besides
    RECORD = "record"  # a confirmation can be recorded
    DIRECT_ROUTE = "direct-route"  # a customer can be invited by link
    UNSUPPORTED_CLOUD = "unsupported-cloud"


ORDERING = (Topic.REQUIREMENT, Topic.ENFORCEMENT)


@dataclass(frozen=True)
class Offer:
    """An offer that asks for an agreement by name, or counts as a special kind of purchase."""

    id: str
    name: str
    needs: AgreementType | None = None
    kind: PurchaseKind = PurchaseKind.OFFER


def _ids(offer: str | None) -> tuple[str, ...]:
    """An offer's id and that of its product, in one case."""
    return (offer.upper(), offer.upper().split(":")[0]) if offer else ()


@dataclass(frozen=True)
class Cell:
    """The kind of order that is asked about."""

    operation: Operation
    channel: Channel = Channel.API
    environment: Environment = Environment.PRODUCTION
    offer: str | None = None
    needs: AgreementType | None = None
    region: str | None = None

    @property
    def offers(self) -> frozenset[str]:
        """The words by which a row can mean this offer: what it names, its id, its product."""
        return frozenset({self.needs or PLAIN, *_ids(self.offer)})


@dataclass(frozen=True)
class Rule:
    """One row; an empty dimension stands for all of it."""

    id: str
    source: str
    topic: Topic
    since: date
    until: date | None = None
    text: str = ""
    any_of: tuple[AgreementType, ...] = ()
    accepted_since: date | None = None
    agreements: frozenset[AgreementType] = frozenset()
    channels: frozenset[Channel] = frozenset()
    environments: frozenset[Environment] = frozenset()
    operations: frozenset[Operation] = frozenset()
    offers: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    clouds: frozenset[Cloud] = frozenset()

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def covers(self, cell: Cell) -> bool:
        return (
            (not self.operations or cell.operation in self.operations)
            and (not self.channels or cell.channel in self.channels)
            and (not self.environments or cell.environment in self.environments)
            and (not self.offers or bool(self.offers & cell.offers))
            and (not self.regions or cell.region in self.regions)
        )


def day_of(at: datetime) -> date:
    return at.astimezone(UTC).date()


def start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@dataclass(frozen=True)
class Policy:
    rules: tuple[Rule, ...]
    offers: tuple[Offer, ...] = ()

    def on(self, topic: Topic, at: datetime) -> tuple[Rule, ...]:
        """The rows of a topic that hold at a moment."""
        day = day_of(at)
        return tuple(rule for rule in self.rules if rule.topic is topic and rule.holds(day))

    def holds(self, topic: Topic, at: datetime, agreement: AgreementType | None = None) -> bool:
        rows = self.on(topic, at)
        return any(agreement is None or not row.agreements or agreement in row.agreements for row in rows)

    def for_order(self, cell: Cell) -> tuple[Rule, ...]:
        """The rows about such an order, whenever they hold."""
        return tuple(rule for rule in self.rules if rule.topic in ORDERING and rule.covers(cell))

    def refusing(self, cloud: Cloud, at: datetime) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.on(Topic.UNSUPPORTED_CLOUD, at) if cloud in rule.clouds)

    def offer(self, id: str | None) -> Offer | None:
        """The offer of that id, or of its product."""
        return next((offer for word in _ids(id) for offer in self.offers if offer.id.upper() == word), None)

    def on_top(self, other: "Policy") -> "Policy":
        """This policy with the rows of another laid over it: the same id takes a row's place."""
        rules = {rule.id: rule for rule in (*self.rules, *other.rules)}
        offers = {offer.id: offer for offer in (*self.offers, *other.offers)}
        return Policy(tuple(rules.values()), tuple(offers.values()))


def dates(rules: Iterable[Rule]) -> set[date]:
    """The days on which something begins or ends."""
    return {day for rule in rules for day in (rule.since, rule.until) if day}


@dataclass(frozen=True)
class Rulebook:
    """Everything that a command may ask: the dated policy, the agreements on offer, when to remind."""

    policy: Policy
    catalogue: Catalogue
    reminding: Reminding = field(default_factory=Reminding)

    def terms(self, kind: AgreementType, at: datetime) -> Terms:
        return self.catalogue.terms(kind, at)

    def direct_route_open(self, at: datetime, kind: AgreementType = AgreementType.MCA) -> bool:
        return self.policy.holds(Topic.DIRECT_ROUTE, at, kind)

    def cut_off(self, kind: AgreementType, region: str | None, at: datetime) -> datetime | None:
        """The moment before which an acceptance had to be given anew, where some order asks for that."""
        days = [
            rule.accepted_since
            for topic in ORDERING
            for rule in self.policy.on(topic, at)
            if rule.accepted_since and kind in rule.any_of and (not rule.regions or region in rule.regions)
        ]
        return start_of(max(days)) if days else None

    def due(self, kind: AgreementType, version: int, accepted: datetime, region: str | None, at: datetime) -> bool:
        """True when an acceptance should be renewed: a newer material version is asked for, or it lies too far back."""
        since = self.cut_off(kind, region, at)
        outdated = self.catalogue.offered(kind, at) and self.terms(kind, at).outdated(version)
        return outdated or (since is not None and accepted < since)

    def recordable(self, kind: AgreementType, at: datetime) -> bool:
        return self.policy.holds(Topic.RECORD, at, kind) and self.catalogue.offered(kind, at)
