"""What the page of one customer knows beside its agreement's state: what is open, who works with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.core.act import Act
from app.core.vocabulary import AgreementType, DisputeStatus, DraftStatus, PartnerType
from app.db import db
from app.models import Dispute, Draft, Machine, Partner, Purchase, Relationship
from app.queries import customers
from app.queries.scope import drafts_of, visible_to

NEWEST = 5
LIVE = (DraftStatus.SUBMITTED, DraftStatus.RETURNED)


@dataclass(frozen=True)
class Beside:
    drafts: Sequence[Draft]
    disputes: Sequence[Dispute]
    upheld: Sequence[Dispute]
    purchases: Sequence[Purchase]
    resellers: Sequence[Partner]


def beside(act: Act, machine: Machine, relationship: Relationship) -> Beside:
    """Drafts and disputes that wait, disputes that ended an acceptance, the newest purchases, the resellers."""
    doubts = _disputes(act, machine)
    return Beside(
        _drafts(act, machine),
        [one for one in doubts if one.status is DisputeStatus.OPEN],
        [one for one in doubts if one.status is DisputeStatus.UPHELD],
        _purchases(act, relationship),
        _resellers(act, relationship),
    )


def kinds(act: Act, customer_id: UUID) -> list[AgreementType]:
    """Of which agreements there is a machine that the caller sees."""
    query = select(Machine.agreement_type).where(Machine.customer_id == customer_id, visible_to(act))
    found = set(db.session.scalars(query))
    return [kind for kind in AgreementType if kind in found]


def _drafts(act: Act, machine: Machine) -> Sequence[Draft]:
    query = select(Draft).where(Draft.machine_id == machine.id, Draft.status.in_(LIVE), drafts_of(act))
    return db.session.scalars(query.order_by(Draft.id)).all()


def _disputes(act: Act, machine: Machine) -> Sequence[Dispute]:
    query = select(Dispute).join(Machine, Machine.id == Dispute.machine_id)
    of_machine = (Dispute.partner_id == machine.partner_id, Dispute.machine_id == machine.id, visible_to(act))
    return db.session.scalars(query.where(*of_machine).order_by(Dispute.id.desc())).all()


def _purchases(act: Act, relationship: Relationship) -> Sequence[Purchase]:
    """What was bought is between the customer and its confirming partner."""
    if act.partner_type is PartnerType.RESELLER:
        return []
    own = (Purchase.partner_id == relationship.partner_id, Purchase.customer_id == relationship.customer_id)
    query = select(Purchase).where(*own).order_by(Purchase.bought_on.desc(), Purchase.id.desc())
    return db.session.scalars(query.limit(NEWEST)).all()


def _resellers(act: Act, relationship: Relationship) -> Sequence[Partner]:
    """Of several resellers of one customer none reads who else works with it."""
    found = customers.resellers_of(relationship)
    return [one for one in found if act.partner_type is not PartnerType.RESELLER or one.id == act.partner_id]
