"""Add partners, and tie resellers to the providers they work through."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from app.core import contact as text
from app.core.act import Act
from app.core.permissions import Action, require_own
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import Authority, PartnerType
from app.db import db, new_id
from app.models import Partner, Reselling


def add_partner(
    act: Act,
    name: str,
    kind: PartnerType,
    country: str,
    *,
    mpn_id: str | None = None,
    authority: Authority = Authority.LOCAL,
    providers: Sequence[Partner] = (),
    id: UUID | None = None,
) -> Partner:
    reseller = kind is PartnerType.RESELLER
    refuse_if(reseller and not providers, Reason.MISSING_FIELD, field="provider (a reseller works through one)")
    refuse_if(bool(providers) and not reseller, Reason.WRONG_PARTNER_TYPE)
    refuse_if(any(p.type is not PartnerType.PROVIDER for p in providers), Reason.WRONG_PARTNER_TYPE)
    refuse_if(
        id is not None and db.session.get(Partner, id) is not None,
        Reason.ALREADY_EXISTS,
        what=f"A partner with id {id}",
    )
    partner = Partner(
        id=id or new_id(),
        name=text.line(name, "name"),
        type=kind,
        country=country,
        mpn_id=text.line(mpn_id, "mpnId", required=False, limit=40) or None,
        authority=authority,
        created_at=act.at,
    )
    db.session.add(partner)
    db.session.flush()
    db.session.add_all(Reselling(provider_id=provider.id, reseller_id=partner.id) for provider in providers)
    return partner


def require_two(act: Act, partner: Partner, on: bool) -> None:
    """The four-eyes switch: whether an attestation needs a second person of the partner."""
    require_own(act, Action.MANAGE_STAFF, partner.id)
    partner.four_eyes = on


def note_vendor_agreement(act: Act, partner: Partner, since: date) -> None:
    """Since when the partner has the vendor's own agreement for partners; the vendor tells nobody, somebody looks."""
    require_own(act, Action.MANAGE_STAFF, partner.id)
    refuse_if(since > act.at.date(), Reason.INVALID_VALUE, field="vendorAgreementOn (not in the future)")
    partner.vendor_agreement_on = since
