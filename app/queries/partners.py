"""The other side of the indirect model: a provider's resellers, a reseller's providers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, or_, select

from app.core.act import Act
from app.core.countries import search_key
from app.core.refusals import Reason, Refused
from app.core.vocabulary import PartnerType
from app.db import db
from app.models import Partner, Reselling
from app.queries import scope


def _tied(act: Act) -> Select[Partner]:
    """Whom the caller's partner works with."""
    resells = act.partner_type is PartnerType.RESELLER
    other, own = Reselling.provider_id, Reselling.reseller_id
    if not resells:
        other, own = own, other
    return select(Partner).join(Reselling, other == Partner.id).where(own == act.partner_id)


def tied(act: Act, beginning: str = "") -> Sequence[Partner]:
    """Those whose name begins so, by name."""
    found = db.session.scalars(_tied(act).order_by(Partner.name, Partner.id))
    return [partner for partner in found if search_key(partner.name).startswith(search_key(beginning))]


def beginning(act: Act, kind: PartnerType, text: str) -> set[UUID | None]:
    """The partners of a type, the caller's own or tied to it, whose id or name begins so."""
    own = select(Partner).where(Partner.id == act.partner_id)
    near = [*db.session.scalars(own), *db.session.scalars(_tied(act))]
    key = search_key(text)
    return {
        partner.id
        for partner in near
        if partner.type is kind and (str(partner.id).startswith(key) or search_key(partner.name).startswith(key))
    }


def reseller_of(provider: Partner, id: UUID) -> Partner:
    """The provider's reseller with this id; another partner's is as little there as an unknown one."""
    tie = Reselling.reseller_id == Partner.id
    query = select(Partner).join(Reselling, tie).where(Reselling.provider_id == provider.id, Partner.id == id)
    found = db.session.scalar(query)
    if found is None:
        raise Refused(Reason.NO_RELATIONSHIP)
    return found


def between(own: Partner, named: UUID | None) -> tuple[Partner, Partner | None]:
    """Who confirms for a customer, and the reseller it is worked through: each side may name the other."""
    if own.type is PartnerType.PROVIDER and named is not None:
        return own, reseller_of(own, named)
    return scope.confirming(own, named)


def known_to(act: Act, id: UUID | None, mpn_id: str | None) -> Partner:
    """The caller's own partner or one tied to it, by its id, its MPN id, or both."""
    near = or_(Partner.id == act.partner_id, Partner.id.in_(_tied(act).with_only_columns(Partner.id)))
    query = select(Partner).where(near).order_by(Partner.id)
    for column, value in ((Partner.id, id), (Partner.mpn_id, mpn_id)):
        if value is not None:
            query = query.where(column == value)
    found = db.session.scalars(query.limit(1)).first()
    if found is None:
        raise Refused(Reason.NOT_FOUND, what="partner id")
    return found
