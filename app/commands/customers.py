"""Bring customers into being: the tenant, the partner's relationship with it, and its agreement's machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import delete, select

from app.commands.firing import create_machine
from app.core import contact as text
from app.core.act import Act
from app.core.contact import Contact
from app.core.countries import search_key
from app.core.permissions import Action, require
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import ActorKind, AgreementType, Authority, Cloud, PartnerType, PurchaseKind, RelationshipState
from app.db import db, new_id
from app.models import Customer, CustomerUser, FurtherReseller, Machine, Partner, Purchase, Relationship, Reselling


@dataclass(frozen=True)
class Profile:
    """A company as one partner describes it."""

    company: str
    country: str
    language: str
    contact: Contact
    domain: str | None = None
    cloud: Cloud = Cloud.PUBLIC
    id: UUID | None = None
    billing: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Added:
    relationship: Relationship
    machine: Machine
    new_tenant: bool


def add_customer(
    act: Act,
    partner: Partner,
    profile: Profile,
    reseller: Partner | None = None,
    state: RelationshipState = RelationshipState.ACTIVE,
) -> Added:
    """The customer of `partner`, through `reseller` where one is named; the machine begins `unconfirmed`."""
    require(act, Action.ADD_CUSTOMER)
    own = (None, partner.id, reseller.id if reseller else partner.id)
    refuse_if(act.partner_id not in own, Reason.NOT_FOUND, what="partner id")
    refuse_if(partner.authority is Authority.MIRROR, Reason.NOT_FORWARDED)
    refuse_if(partner.type is PartnerType.RESELLER, Reason.WRONG_PARTNER_TYPE)
    _check_reseller(partner, reseller)
    customer, new = _tenant(act, profile)
    known = db.session.scalar(
        select(Relationship).where(Relationship.partner_id == partner.id, Relationship.customer_id == customer.id)
    )
    if known is not None:
        return _again(act, known, profile, reseller, state)
    _check_tenant(act, customer, new, state)
    relationship = Relationship(
        id=new_id(),
        partner_id=partner.id,
        customer_id=customer.id,
        reseller_id=reseller.id if reseller else None,
        state=state,
        domain=customer.domain,
        created_at=act.at,
        customer=customer,
        **_described(profile),
    )
    db.session.add(relationship)
    db.session.flush()
    machine = create_machine(act, partner.id, customer.id, AgreementType.MCA, relationship.reseller_id)
    return Added(relationship, machine, new)


def _described(profile: Profile) -> dict[str, Any]:
    company = text.line(profile.company, "company")
    return {
        "company": company,
        "company_key": search_key(company),
        "country": profile.country,
        "language": text.language(profile.language),
        "first_name": profile.contact.first_name,
        "last_name": profile.contact.last_name,
        "email": profile.contact.email,
        "mailbox": text.mailbox(profile.contact.email),
        "phone": profile.contact.phone,
        "billing": profile.billing,
    }


def _again(
    act: Act, known: Relationship, profile: Profile, reseller: Partner | None, state: RelationshipState
) -> Added:
    """A customer the partner has: a relationship that was removed begins anew, another reseller is let in.

    Whom it works through is the confirming partner's to say: a reseller that knows a domain gains nothing by adding it.
    """
    machine = machine_of(known, AgreementType.MCA)
    refuse_if(machine is None, Reason.NOT_FOUND, what="customer id")
    removed = known.state is RelationshipState.REMOVED
    joins = reseller is not None and not works_through(known, reseller)
    decides = act.partner_id in (None, known.partner_id) or not joins
    refuse_if(
        not decides or not (removed or joins),
        Reason.ALREADY_EXISTS,
        what=f"Customer {profile.domain or known.customer_id}",
    )
    if removed:
        _begin_anew(known, profile, reseller, state)
    elif reseller:
        link = {"partner_id": known.partner_id, "customer_id": known.customer_id, "reseller_id": reseller.id}
        db.session.add(FurtherReseller(**link))
    db.session.flush()
    return Added(known, cast(Machine, machine), False)


def _begin_anew(known: Relationship, profile: Profile, reseller: Partner | None, state: RelationshipState) -> None:
    """As described now, through whoever is named now; those it was worked through before see it no more."""
    known.state, known.reseller_id = state, reseller.id if reseller else None
    for name, value in _described(profile).items():
        setattr(known, name, value)
    beside = {"partner_id": known.partner_id, "customer_id": known.customer_id}
    db.session.execute(delete(FurtherReseller).filter_by(**beside))
    for machine in db.session.scalars(select(Machine).filter_by(**beside)):
        machine.reseller_id = known.reseller_id


def activate(act: Act, relationship: Relationship) -> None:
    """The customer took up the relationship elsewhere; one that was removed has to be asked for anew."""
    refuse_if(act.kind is not ActorKind.UPSTREAM, Reason.ROLE_NOT_ALLOWED)
    db.session.refresh(relationship, with_for_update=True)
    refuse_if(relationship.state is RelationshipState.REMOVED, Reason.NO_RELATIONSHIP)
    relationship.state = RelationshipState.ACTIVE


def works_through(relationship: Relationship, reseller: Partner) -> bool:
    link = (relationship.partner_id, relationship.customer_id, reseller.id)
    return relationship.reseller_id == reseller.id or db.session.get(FurtherReseller, link) is not None


def machine_of(relationship: Relationship, kind: AgreementType) -> Machine | None:
    return db.session.scalar(
        select(Machine).where(
            Machine.partner_id == relationship.partner_id,
            Machine.customer_id == relationship.customer_id,
            Machine.agreement_type == kind,
        )
    )


def machine_for(act: Act, relationship: Relationship, kind: AgreementType) -> Machine:
    """The machine of an agreement; one that nobody has asked for yet comes into being with its first use."""
    known = machine_of(relationship, kind)
    link = relationship.partner_id, relationship.customer_id
    return known or create_machine(act, *link, kind, relationship.reseller_id)


def _check_tenant(act: Act, customer: Customer, new: bool, state: RelationshipState) -> None:
    """A tenant that others know becomes a partner's customer by its own word: knowing its domain is not enough."""
    taken = not new and state is RelationshipState.ACTIVE and act.kind is ActorKind.STAFF
    what = f"The tenant {customer.domain or customer.id} (invite it to a relationship with you)"
    refuse_if(taken, Reason.ALREADY_EXISTS, what=what)


def _check_reseller(partner: Partner, reseller: Partner | None) -> None:
    if reseller is None:
        return
    refuse_if(partner.type is not PartnerType.PROVIDER, Reason.WRONG_PARTNER_TYPE)
    tie = db.session.get(Reselling, (partner.id, reseller.id))
    refuse_if(tie is None, Reason.NO_RELATIONSHIP)


def _tenant(act: Act, profile: Profile) -> tuple[Customer, bool]:
    domain = text.domain(profile.domain) if profile.domain else None
    known = db.session.scalar(select(Customer).where(Customer.domain == domain)) if domain else None
    if known is None and profile.id:
        known = db.session.get(Customer, profile.id)
    if known is not None:
        clash = (profile.id and known.id != profile.id) or (domain and known.domain != domain)
        refuse_if(bool(clash), Reason.INVALID_VALUE, field="id (it belongs to another domain)")
        return known, False
    customer = Customer(id=profile.id or new_id(), domain=domain, cloud=profile.cloud, created_at=act.at)
    db.session.add(customer)
    db.session.flush()
    return customer, True


def add_admin(act: Act, added: Added, password_hash: str, sealed: bytes) -> CustomerUser | None:
    """The first admin of a tenant that nobody knew before; none where it has its accounts already."""
    require(act, Action.ADD_CUSTOMER)
    tenant = added.relationship.customer
    return add_user(act, tenant, f"admin@{tenant.domain}", password_hash, sealed) if added.new_tenant else None


def add_user(act: Act, customer: Customer, user_name: str, password_hash: str, sealed: bytes) -> CustomerUser:
    """The tenant's first admin; the password is a first secret and must be changed at the first sign-in.

    Until then it is kept as well, encrypted: `sealed`.
    """
    require(act, Action.ADD_CUSTOMER)
    user = CustomerUser(
        customer_id=customer.id,
        user_name=user_name,
        password_hash=password_hash,
        first_password=sealed,
        must_change=True,
        is_admin=True,
        created_at=act.at,
    )
    db.session.add(user)
    return user


def record_purchase(act: Act, relationship: Relationship, kind: PurchaseKind, bought_on: date) -> Purchase:
    """Purchase history known from elsewhere; it decides whether the customer can accept by itself."""
    require(act, Action.RECORD_PURCHASE)
    refuse_if(bought_on > act.at.date(), Reason.DATE_IN_FUTURE)
    purchase = Purchase(
        partner_id=relationship.partner_id,
        customer_id=relationship.customer_id,
        kind=kind,
        bought_on=bought_on,
        created_at=act.at,
    )
    db.session.add(purchase)
    return purchase
