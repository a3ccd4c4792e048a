"""What the gate must know of one customer, in a handful of indexed reads however large the portfolio is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, or_, select

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


@dataclass(frozen=True)
class Known:
    """A customer as one partner has it, and what the rules see in that."""

    relationship: Relationship
    partner: Partner
    machines: Mapping[AgreementType, Machine]
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
        resold=relationship.reseller_id is not None or _is_resold_further(relationship),
        purchased=_purchased(customer.id),
        four_eyes=partner.four_eyes,
        standings={kind: _standing(own.get(kind), kind, shared, facts, at) for kind in AgreementType},
    )
    return Known(relationship, partner, own, subject)


def _machines(relationship: Relationship) -> list[Machine]:
    """The partner's own, and those whose direct acceptance counts for every partner of the tenant."""
    own = Machine.partner_id == relationship.partner_id
    found = select(Machine).where(Machine.customer_id == relationship.customer_id, or_(own, FOR_ALL_PARTNERS))
    return list(db.session.scalars(found))


def _is_resold_further(relationship: Relationship) -> bool:
    held = exists().where(
        FurtherReseller.partner_id == relationship.partner_id,
        FurtherReseller.customer_id == relationship.customer_id,
    )
    return bool(db.session.scalar(select(held)))


def _purchased(customer_id: UUID) -> bool:
    held = exists().where(Purchase.customer_id == customer_id, Purchase.kind != PurchaseKind.AUTO_RENEWAL)
    return bool(db.session.scalar(select(held)))


def _facts(machines: list[UUID]) -> dict[UUID, Any]:
    """Beside each machine: until when its open invitation can be answered, whose draft waits, is a dispute open?"""
    until = (
        select(Invitation.expires_at)
        .where(Invitation.machine_id == Machine.id, Invitation.status == InvitationStatus.OPEN)
        .scalar_subquery()
    )
    waiting = (Draft.machine_id == Machine.id, Draft.status == DraftStatus.SUBMITTED)
    preparer = select(Draft.preparer_id).where(*waiting).scalar_subquery()
    prepared = select(Draft.prepared_by).where(*waiting).scalar_subquery()
    disputed = exists().where(Dispute.machine_id == Machine.id, Dispute.status == DisputeStatus.OPEN)
    rows = db.session.execute(
        select(
            Machine.id,
            until.label("until"),
            preparer.label("preparer"),
            prepared.label("prepared"),
            disputed.label("disputed"),
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


def acceptance(machine: Machine) -> Acceptance | None:
    at, version, method = machine.agreed_at, machine.accepted_version, machine.method
    if machine.acceptance_number is None or at is None or version is None or method is None:
        return None
    return Acceptance(at, version, method)
