"""The gate asked of a whole portfolio: customers are grouped by what the rules tell apart, each group is asked once."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, exists, func, literal, null, select, type_coerce
from sqlalchemy.orm import aliased

from app.core.gate import Acceptance, Decision, Standing, Subject, decide
from app.core.lifecycle import State
from app.core.policy import ORDERING, Cell, Rulebook, day_of, start_of
from app.core.steps import Case, Step, next_step
from app.core.vocabulary import (
    AcceptanceMethod,
    AgreementType,
    Cloud,
    InvitationStatus,
    RelationshipState,
)
from app.db import Utc, db
from app.models import Customer, Dispute, Draft, FurtherReseller, Invitation, Machine, Partner, Relationship
from app.queries.subjects import (
    COUNTS_AS_BOUGHT,
    FOR_ALL_PARTNERS,
    OPEN_DISPUTE,
    WAITING,
    bought,
    disputed,
    elsewhere,
    resold_further,
)

PER_FETCH = 10_000
Columns = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    decision: Decision
    step: Step | None


class Portfolio:
    """One partner's customers under one set of rules at one moment."""

    def __init__(self, partner: Partner, cell: Cell, at: datetime, rules: Rulebook) -> None:
        self.partner, self.cell, self.at, self.rules = partner, cell, at, rules
        asked = [rule for rule in rules.policy.rules if rule.topic in ORDERING and rule.holds(day_of(at))]
        self.kinds = [kind for kind in AgreementType if any(kind in rule.any_of for rule in asked)]
        self.shares = _any(FOR_ALL_PARTNERS)
        # Acceptances before and from each of these on may count differently; the last moment that counts is `at`.
        since = {start_of(rule.accepted_since) for rule in asked if rule.accepted_since}
        self.cuts = sorted(since | {at + timedelta(microseconds=1)})
        self.machines = {kind: aliased(Machine) for kind in self.kinds}
        found = self._common() | {
            f"{kind} {name}": column for kind in self.kinds for name, column in self._of_kind(kind).items()
        }
        self.columns = {name: column.label(f"key{number}") for number, (name, column) in enumerate(found.items())}
        self.answers: dict[tuple[Any, ...], Answer] = {}

    def groups(self) -> Iterator[tuple[int, Answer]]:
        """How many customers have each answer."""
        keys = list(self.columns.values())
        dates = [agreed for kind in self.kinds for agreed in self._dates(kind)]
        each = (
            self._from(select(*keys, *(date.label(f"date{number}") for number, date in enumerate(dates))))
            .offset(0)
            .subquery()
        )
        told_apart = [each.c[f"key{number}"] for number in range(len(keys))]
        # One date of a group stands for all of them: none of the moments that matter lies between two.
        earliest = [func.min(each.c[f"date{number}"]) for number in range(len(dates))]
        for row in db.session.execute(select(*told_apart, *earliest, func.count()).group_by(*told_apart)):
            key, moments = tuple(row[: len(keys)]), row[len(keys) : -1]
            self.answers[key] = self._answer(dict(zip(self.columns, key, strict=True)), iter(moments))
            yield row[-1], self.answers[key]

    def customers(self) -> Generator[tuple[str, str, Answer], None, None]:
        """Id, company and answer of every customer, in the order of their ids; ask for the groups first."""
        who = (_raw(Relationship.customer_id).label("customer"), Relationship.company)
        query = self._from(select(*who, *self.columns.values())).order_by(Relationship.customer_id)
        # Past the session, which would look at each of a million rows for objects to load.
        with db.session.connection().execute(query, execution_options={"yield_per": PER_FETCH}) as rows:
            for customer, company, *key in rows:
                yield _dashed(str(customer)), company, self.answers[tuple(key)]

    def _answer(self, known: Mapping[str, Any], moments: Iterator[datetime | None]) -> Answer:
        subject = Subject(
            partner_type=self.partner.type,
            authority=self.partner.authority,
            cloud=Cloud(known["cloud"]),
            region=known.get("region"),
            related=not known["removed"],
            resold=bool(known["resold"]),
            purchased=bool(known.get("purchased")),
            four_eyes=self.partner.four_eyes,
            standings={kind: _standing(kind, known, next(moments), next(moments)) for kind in self.kinds},
        )
        decision = decide(subject, self.cell, self.at, self.rules)
        missing = decision.missing
        step = next_step(Case(subject, missing, self.at, self.rules)) if missing else None
        return Answer(decision, step)

    def _from(self, query: Any) -> Select[Any]:
        query = query.select_from(Relationship).join(Customer, Customer.id == Relationship.customer_id)
        for kind, machine in self.machines.items():
            beside = and_(
                machine.partner_id == Relationship.partner_id,
                machine.customer_id == Relationship.customer_id,
                machine.agreement_type == kind,
            )
            query = query.outerjoin(machine, beside)
        narrowed: Select[Any] = query.where(Relationship.partner_id == self.partner.id)
        return narrowed

    def _common(self) -> Columns:
        found: Columns = {
            "cloud": _raw(Customer.cloud),
            "removed": Relationship.state == RelationshipState.REMOVED,
            "resold": Relationship.reseller_id.is_not(None),
        }
        if any(rule.regions for rule in self.rules.policy.rules):
            found["region"] = Relationship.country
        if _any(FurtherReseller.partner_id == self.partner.id):
            found["resold"] |= resold_further(Relationship.partner_id, Relationship.customer_id)
        return found | ({"purchased": bought(Relationship.customer_id)} if _any(COUNTS_AS_BOUGHT) else {})

    def _of_kind(self, kind: AgreementType) -> Columns:
        """What tells machines of a kind apart; what no customer of the partner has is not asked for each of them."""
        machine, own = self.machines[kind], self.partner.id
        found: Columns = {
            "state": _raw(machine.state),
            "version": machine.accepted_version,
            "method": _raw(machine.method),
            "part": self._part(machine.agreed_at),
        }
        if _any(Draft.partner_id == own, WAITING):
            found["drafted"] = exists().where(Draft.machine_id == machine.id, WAITING)
        if _any(Dispute.partner_id == own, OPEN_DISPUTE):
            found["disputed"] = disputed(machine.id)
        alive = (Invitation.status == InvitationStatus.OPEN, Invitation.expires_at > self.at)
        if _any(Machine.partner_id == own, Machine.state == State.INVITED):
            until = exists().where(Invitation.machine_id == machine.id, *alive)
            found["answerable"] = case((machine.state == State.INVITED, until), else_=literal(False))
        if self.shares:
            version, agreed = self._shared(kind)
            found |= {"shared version": version, "shared part": self._part(agreed)}
        return found

    def _part(self, agreed: Any) -> ColumnElement[Any]:
        """Between which two of the moments that matter an acceptance lies."""
        parts = [(agreed < moment, number) for number, moment in enumerate(self.cuts)]
        return case((agreed.is_(None), -1), *parts, else_=len(parts))

    def _shared(self, kind: AgreementType) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """Version and date of another partner's direct acceptance that counts for every partner of the tenant."""
        best = elsewhere(Relationship.partner_id, Relationship.customer_id, kind).limit(1)
        version, agreed = (
            best.with_only_columns(column).scalar_subquery() for column in (Machine.accepted_version, Machine.agreed_at)
        )
        return version, agreed

    def _dates(self, kind: AgreementType) -> tuple[Any, Any]:
        return self.machines[kind].agreed_at, type_coerce(self._shared(kind)[1] if self.shares else null(), Utc())


def _standing(
    kind: AgreementType, known: Mapping[str, Any], agreed: datetime | None, shared: datetime | None
) -> Standing:
    def of(name: str) -> Any:
        return known.get(f"{kind} {name}")

    own = of("version") is not None and agreed is not None and of("method")
    other = of("shared version") is not None and shared is not None
    return Standing(
        state=State(of("state")) if of("state") else State.UNCONFIRMED,
        own=Acceptance(agreed, of("version"), AcceptanceMethod(of("method"))) if own and agreed else None,
        shared=Acceptance(shared, of("shared version"), AcceptanceMethod.DIRECT) if other and shared else None,
        invited=bool(of("answerable")),
        answerable=bool(of("answerable")),
        drafted=bool(of("drafted")),
        disputed=bool(of("disputed")),
    )


def _any(*where: ColumnElement[bool]) -> bool:
    return bool(db.session.scalar(select(exists().where(*where))))


def _raw(column: Any) -> ColumnElement[Any]:
    """The stored word: to make an enum of a million of them takes longer than to read them."""
    return type_coerce(column, String)


def _dashed(id: str) -> str:
    return id if "-" in id else f"{id[:8]}-{id[8:12]}-{id[12:16]}-{id[16:20]}-{id[20:]}"
