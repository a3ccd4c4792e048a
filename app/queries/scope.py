"""What an actor may see: one condition, used by every read."""

from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true

from app.core.act import Act
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import ActorKind, AgreementType, PartnerType
from app.db import db
from app.models import RELATED, Machine, Partner, Relationship, Reselling


def visible_to(act: Act, table: type[Machine] | type[Relationship] = Machine) -> ColumnElement[bool]:
    """A partner's own rows, and those it resells; the operator at the console sees one partner or all."""
    if act.partner_id is None:
        return true() if act.kind is ActorKind.SYSTEM else ~true()
    return or_(table.partner_id == act.partner_id, table.reseller_id == act.partner_id)


def agreement(act: Act, customer_id: UUID, kind: AgreementType = AgreementType.MCA) -> tuple[Machine, Relationship]:
    """The machine of a customer and the relationship around it; unknown and foreign ids are alike not there."""
    rows = db.session.execute(
        select(Machine, Relationship)
        .join(Relationship, RELATED)
        .where(visible_to(act), Machine.customer_id == customer_id, Machine.agreement_type == kind)
        .limit(2)
    ).all()
    if not rows:
        raise Refused(Reason.NOT_FOUND, what="customer id")
    if len(rows) > 1:
        raise Refused(Reason.MISSING_FIELD, field="partner (several partners have this customer)")
    machine, relationship = rows[0]
    return machine, relationship


def confirming(own: Partner, provider_id: UUID | None) -> tuple[Partner, Partner | None]:
    """The partner that will confirm, and the reseller it is worked through: a reseller acts through its provider."""
    if own.type is not PartnerType.RESELLER:
        refuse_if(provider_id is not None, Reason.WRONG_PARTNER_TYPE)
        return own, None
    held = select(Partner).join(Reselling, Reselling.provider_id == Partner.id).where(Reselling.reseller_id == own.id)
    providers = db.session.scalars(held.where(Partner.id == provider_id) if provider_id else held).all()
    if not providers:
        raise Refused(Reason.NOT_FOUND, what="provider id")
    refuse_if(len(providers) > 1, Reason.MISSING_FIELD, field="provider (this reseller works through several)")
    return providers[0], own


def partner(id: UUID) -> Partner:
    found = db.session.get(Partner, id)
    if found is None:
        raise Refused(Reason.NOT_FOUND, what="partner id")
    return found
