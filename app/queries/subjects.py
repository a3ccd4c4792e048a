"""What the gate must know of one customer, in a handful of indexed reads however large the portfolio is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Exists, Select, and_, exists, or_, select

from app.core.act import Act
from app.core.gate import Acceptance, Standing, Subject
from app.core.policy import Rulebook
from app.core.steps import Case
from app.core.vocabulary import (
    AcceptanceMethod,
    AgreementType,
    Assurance,
    DisputeStatus,
    DraftStatus,
    InvitationStatus,
    PurchaseKind,
    RelationshipState,
)
from app.db import db
from app.models import Customer, Dispute, Draft, FurtherReseller, Invitation, Machine, Partner, Purchase, Relationship
from app.queries import scope

# A sign-in proves the tenant; a mailbox, which the partner's own staff may have chosen, opens no other partner's gate.
FOR_ALL_PARTNERS = and_(
    Machine.method == AcceptanceMethod.DIRECT,
    Machine.assurance == Assurance.TENANT_OIDC,
    Machine.acceptance_number.is_not(None),
)
COUNTS_AS_BOUGHT = Purchase.kind != PurchaseKind.AUTO_RENEWAL
WAITING = Draft.status == DraftStatus.SUBMITTED
OPEN_DISPUTE = Dispute.status == DisputeStatus.OPEN


@dataclass(frozen=True)
class Known:
    """A customer as one partner has it, and what the rules see in that."""

    relationship: Relationship
    partner: Partner
    subject: Subject

    def case(self, kind: AgreementType, at: datetime, rules: Rulebook) -> Case:
        return Case(self.subject, kind, at, rules)


def of(act: Act, customer_id: UUID, at: datetime) -> Known:
    """The customer as the caller's side may see it; unknown and foreign ids are alike not there."""
    return around(scope.relationship(act, customer_id), at)


def around(relationship: Relationship, at: datetime) -> Known:
    partner = db.session.get_one(Partner, relationship.partner_id)
    customer = db.session.get_one(Customer, relationship.customer_id)
    rows = _machines(relationship)
    own = {machine.agreement_type: machine for machine in rows if machine.partner_id == partner.id}
    shared = [machine for machine in rows if machine.partner_id != partner.id]
    facts = _facts([machine.id for machine in own.values()])
    subject = Subject(
        partner_type=partner.type,
        authority=partner.authority,
        cloud=customer.cloud,
        region=relationship.country,
        related=relationship.state is not RelationshipState.REMOVED,
        resold=relationship.reseller_id is not None or _holds(resold_further(partner.id, customer.id)),
        purchased=_holds(bought(customer.id)),
        four_eyes=partner.four_eyes,
        standings={kind: _standing(own.get(kind), kind, shared, facts, at) for kind in AgreementType},
    )
    return Known(relationship, partner, subject)


def _machines(relationship: Relationship) -> list[Machine]:
    """The partner's own, and those whose direct acceptance counts for every partner of the tenant."""
    own = Machine.partner_id == relationship.partner_id
    found = select(Machine).where(Machine.customer_id == relationship.customer_id, or_(own, FOR_ALL_PARTNERS))
    return list(db.session.scalars(found))


def _holds(condition: Exists) -> bool:
    return bool(db.session.scalar(select(condition)))


# What is so of a customer or a machine, by its id or by the column of a query over many.


def resold_further(partner_id: Any, customer_id: Any) -> Exists:
    return exists().where(FurtherReseller.partner_id == partner_id, FurtherReseller.customer_id == customer_id)


def bought(customer_id: Any) -> Exists:
    return exists().where(Purchase.customer_id == customer_id, COUNTS_AS_BOUGHT)


def disputed(machine_id: Any) -> Exists:
    return exists().where(Dispute.machine_id == machine_id, OPEN_DISPUTE)


def elsewhere(partner_id: Any, customer_id: Any, kind: AgreementType) -> Select[Machine]:
    """Other partners' machines whose direct acceptance counts for every partner of the tenant, the best first."""
    return (
        select(Machine)
        .where(
            Machine.customer_id == customer_id,
            Machine.agreement_type == kind,
            Machine.partner_id != partner_id,
            FOR_ALL_PARTNERS,
        )
        .order_by(Machine.accepted_version.desc(), Machine.agreed_at.desc())
    )


def _facts(machines: list[UUID]) -> dict[UUID, Any]:
    """Beside each machine: until when its open invitation can be answered, whose draft waits, is a dispute open?"""
    until = (
        select(Invitation.expires_at)
        .where(Invitation.machine_id == Machine.id, Invitation.status == InvitationStatus.OPEN)
        .scalar_subquery()
    )
    waiting = (Draft.machine_id == Machine.id, WAITING)
    preparer = select(Draft.preparer_id).where(*waiting).scalar_subquery()
    prepared = select(Draft.prepared_by).where(*waiting).scalar_subquery()
    rows = db.session.execute(
        select(
            Machine.id,
            until.label("until"),
            preparer.label("preparer"),
            prepared.label("prepared"),
            disputed(Machine.id).label("disputed"),
        ).where(Machine.id.in_(machines))
    )
    return {row.id: row for row in rows}


def _standing(
    machine: Machine | None, kind: AgreementType, shared: Iterable[Machine], facts: Mapping[UUID, Any], at: datetime
) -> Standing:
    others = [found for one in shared if one.agreement_type is kind and (found := acceptance(one))]
    best = max(others, key=lambda one: (one.version, one.at), default=None)
    if machine is None:
        return Standing(shared=best)
    beside = facts[machine.id]
    return Standing(
        state=machine.state,
        own=acceptance(machine),
        shared=best,
        invited=beside.until is not None,
        answerable=beside.until is not None and at < beside.until,
        drafted=beside.prepared is not None,
        prepared_by=(str(beside.preparer) if beside.preparer else None, beside.prepared) if beside.prepared else None,
        disputed=bool(beside.disputed),
    )


def acceptance(machine: Any) -> Acceptance | None:
    """What is on record with a machine, or with a row of these of its columns."""
    at, version, method = machine.agreed_at, machine.accepted_version, machine.method
    if machine.acceptance_number is None or at is None or version is None or method is None:
        return None
    return Acceptance(at, version, method)
