"""What an actor may see: one condition, used by every read."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, true, tuple_

from app.core.act import Act
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import ActorKind, AgreementType, PartnerType
from app.db import db
from app.models import RELATED, Dispute, Draft, FurtherReseller, Machine, Partner, Relationship, Reselling


def visible_to(act: Act, table: type[Machine] | type[Relationship] = Machine) -> ColumnElement[bool]:
    """A partner's own rows, and those it resells; the operator at the console sees one partner or all."""
    if act.partner_id is None:
        return true() if act.kind is ActorKind.SYSTEM else ~true()
    further = exists().where(
        FurtherReseller.reseller_id == act.partner_id,
        FurtherReseller.partner_id == table.partner_id,
        FurtherReseller.customer_id == table.customer_id,
    )
    return or_(table.partner_id == act.partner_id, table.reseller_id == act.partner_id, further)


def ranges(
    act: Act, table: type[Machine] | type[Relationship] = Machine, reseller_id: UUID | None = None
) -> list[ColumnElement[bool]]:
    """`visible_to`, of one reseller's or of all, in parts without a row in common: each is a range of an index.

    A large table is read part by part, for no engine finds its way through an OR of several indexes in order.
    """
    if act.partner_id is None:
        return [visible_to(act, table)]
    resells = act.partner_type is PartnerType.RESELLER
    reseller = act.partner_id if resells else reseller_id
    if reseller is None:
        return [table.partner_id == act.partner_id]
    own = true() if resells else table.partner_id == act.partner_id
    if reseller_id not in (None, reseller):
        return []  # which other reseller a provider works through is not this one's to know
    links = select(FurtherReseller.partner_id, FurtherReseller.customer_id)
    further = tuple_(table.partner_id, table.customer_id).in_(links.where(FurtherReseller.reseller_id == reseller))
    first = table.reseller_id == reseller
    return [and_(first, own), and_(further, table.reseller_id.is_distinct_from(reseller), own)]


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


def relationship(act: Act, customer_id: UUID) -> Relationship:
    """What the caller's side knows of a customer, whichever of its agreements there are."""
    found = db.session.scalars(
        select(Relationship).where(visible_to(act, Relationship), Relationship.customer_id == customer_id).limit(2)
    ).all()
    if not found:
        raise Refused(Reason.NOT_FOUND, what="customer id")
    refuse_if(len(found) > 1, Reason.MISSING_FIELD, field="partner (several partners have this customer)")
    return found[0]


def draft(act: Act, id: UUID) -> tuple[Draft, Relationship]:
    """A draft and its customer, for the side that prepared it and the side that decides."""
    row = db.session.execute(
        select(Draft, Relationship)
        .join(Machine, Machine.id == Draft.machine_id)
        .join(Relationship, RELATED)
        .where(Draft.id == id, drafts_of(act))
    ).one_or_none()
    if row is None:
        raise Refused(Reason.NOT_FOUND, what="draft id")
    return row[0], row[1]


def drafts_of(act: Act) -> ColumnElement[bool]:
    if act.partner_id is None:
        return true() if act.kind is ActorKind.SYSTEM else ~true()
    return or_(Draft.partner_id == act.partner_id, Draft.from_partner_id == act.partner_id)


def dispute(act: Act, id: UUID) -> Dispute:
    found = db.session.scalar(
        select(Dispute).join(Machine, Machine.id == Dispute.machine_id).where(Dispute.id == id, visible_to(act))
    )
    if found is None:
        raise Refused(Reason.NOT_FOUND, what="dispute id")
    return found


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
