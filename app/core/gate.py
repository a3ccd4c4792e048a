"""The question of the product: may this customer transact now, and if not, who must do what?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from app.core.lifecycle import State
from app.core.policy import Cell, Rule, Rulebook, dates, day_of, start_of
from app.core.refusals import Reason
from app.core.vocabulary import AcceptanceMethod, AgreementType, Authority, Cloud, PartnerType


class Verdict(StrEnum):
    ALLOW = "allow"
    DENY = "deny"
    UNKNOWN = "unknown"


class Warn(StrEnum):
    """What stands in nobody's way but should be known."""

    DISPUTED = "disputed"
    RECONFIRM = "reconfirm"


@dataclass(frozen=True)
class Acceptance:
    """One acceptance on record, by this partner's machine or valid for every partner of the tenant."""

    at: datetime
    version: int
    method: AcceptanceMethod


@dataclass(frozen=True)
class Standing:
    """Where one agreement stands between one customer and one partner."""

    state: State = State.UNCONFIRMED
    own: Acceptance | None = None
    shared: Acceptance | None = None
    invited: bool = False  # an invitation is open
    answerable: bool = False  # and its deadline has not passed
    drafted: bool = False  # a draft waits for the provider
    prepared_by: tuple[str | None, str] | None = None  # who prepared it: staff id, and name with mailbox
    disputed: bool = False

    @property
    def on_record(self) -> bool:
        return self.own is not None


@dataclass(frozen=True)
class Subject:
    """Everything the gate must know of a customer and the partner that asks."""

    partner_type: PartnerType
    authority: Authority = Authority.LOCAL
    cloud: Cloud = Cloud.PUBLIC
    region: str | None = None
    related: bool = True
    resold: bool = False  # worked through an indirect reseller
    purchased: bool = False
    four_eyes: bool = False
    standings: Mapping[AgreementType, Standing] = field(default_factory=dict)

    def standing(self, kind: AgreementType) -> Standing:
        return self.standings.get(kind, Standing())


@dataclass(frozen=True)
class Decision:
    verdict: Verdict
    rules: tuple[Rule, ...] = ()
    reason: Reason | None = None
    missing: AgreementType | None = None
    authority: Authority = Authority.LOCAL
    valid_until: datetime | None = None
    warnings: tuple[Warn, ...] = ()


def decide(subject: Subject, cell: Cell, at: datetime, rules: Rulebook) -> Decision:
    """Allow, deny or unknown, with the rows that decided and the moment at which rules or grace change the answer."""
    cell = complete(subject, cell, rules)
    now = _judge(subject, cell, at, rules)
    for moment in _turns(subject, cell, at, rules):
        then = _judge(subject, cell, moment, rules)
        if (then.verdict, then.reason) != (now.verdict, now.reason):
            return replace(now, valid_until=moment)
    return now


def complete(subject: Subject, cell: Cell, rules: Rulebook) -> Cell:
    """The order with what the customer and the offer add to it."""
    offer = rules.policy.offer(cell.offer)
    return replace(cell, region=subject.region, needs=cell.needs or (offer.needs if offer else None))


def _judge(subject: Subject, cell: Cell, at: datetime, rules: Rulebook) -> Decision:
    day = day_of(at)
    held = tuple(rule for rule in rules.policy.for_order(cell) if rule.holds(day))
    needing = tuple(rule for rule in held if rule.any_of)
    if not needing:
        return Decision(Verdict.ALLOW, held)
    clouds = rules.policy.refusing(subject.cloud, at)
    if clouds:
        return Decision(Verdict.DENY, clouds, Reason.NATIONAL_CLOUD_UNSUPPORTED)
    if not subject.related:
        return Decision(Verdict.DENY, needing, Reason.NO_RELATIONSHIP, _asked_for(needing, at, rules))
    if subject.authority is Authority.MIRROR:
        # The vendor's word counts, and nothing has brought it here.
        return Decision(Verdict.UNKNOWN, needing, Reason.NOT_FORWARDED, authority=Authority.MIRROR)
    unmet = tuple(rule for rule in needing if not any(satisfies(subject, k, rule, at, rules) for k in rule.any_of))
    if unmet:
        return Decision(Verdict.DENY, unmet, Reason.AGREEMENT_REQUIRED, _asked_for(unmet, at, rules))
    return Decision(Verdict.ALLOW, held, warnings=tuple(_warnings(subject, needing, at, rules)))


def satisfies(subject: Subject, kind: AgreementType, rule: Rule, at: datetime, rules: Rulebook) -> bool:
    """Is there an acceptance of this agreement that counts for the rule?"""
    return any(counts(one, kind, rule, at, rules) for one in on_record(subject.standing(kind)))


def on_record(standing: Standing) -> tuple[Acceptance, ...]:
    return tuple(one for one in (standing.own, standing.shared) if one)


def counts(acceptance: Acceptance, kind: AgreementType, rule: Rule | None, at: datetime, rules: Rulebook) -> bool:
    if acceptance.at > at or (rule and rule.accepted_since and acceptance.at < start_of(rule.accepted_since)):
        return False
    # Before its first version is out nothing is stale: the sandbox took an agreement earlier than production did.
    return not (rules.catalogue.offered(kind, at) and rules.terms(kind, at).stale(acceptance.version))


def _asked_for(unmet: Iterable[Rule], at: datetime, rules: Rulebook) -> AgreementType | None:
    """The agreement to get: one that can be recorded then, the newer where both can."""
    wanted = [kind for kind in AgreementType if any(kind in rule.any_of for rule in unmet)]
    return next((kind for kind in wanted if rules.recordable(kind, at)), wanted[0] if wanted else None)


def _warnings(subject: Subject, needing: Iterable[Rule], at: datetime, rules: Rulebook) -> Iterable[Warn]:
    kinds = [kind for kind in AgreementType if any(kind in rule.any_of for rule in needing)]
    held = [kind for kind in kinds if on_record(subject.standing(kind))]
    if any(subject.standing(kind).disputed for kind in held):
        yield Warn.DISPUTED
    if held and all(_outdated(subject.standing(kind), kind, at, rules) for kind in held):
        yield Warn.RECONFIRM


def _outdated(standing: Standing, kind: AgreementType, at: datetime, rules: Rulebook) -> bool:
    held = (one for one in on_record(standing) if one.at <= at)
    return rules.catalogue.offered(kind, at) and all(rules.terms(kind, at).outdated(one.version) for one in held)


def _turns(subject: Subject, cell: Cell, at: datetime, rules: Rulebook) -> list[datetime]:
    """The later moments at which a rule begins or ends, a grace runs out, or an acceptance begins to count."""
    about = rules.policy.for_order(cell)
    clouds = [rule for rule in rules.policy.rules if subject.cloud in rule.clouds]
    days = dates((*about, *clouds))
    for kind in {kind for rule in about for kind in rule.any_of}:
        days |= {day for v in rules.catalogue.versions(kind) for day in (v.effective, v.grace)}
    moments = {start_of(day) for day in days} | {
        one.at for standing in subject.standings.values() for one in on_record(standing)
    }
    return sorted(moment for moment in moments if moment > at)
