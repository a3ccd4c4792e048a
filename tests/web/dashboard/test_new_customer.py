"""A customer is added in three steps; its first password is shown once; its agreement is asked for or attested."""

from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.auth import acts, passwords
from app.commands import partners, staff
from app.core.lifecycle import State
from app.core.vocabulary import PartnerType, Role
from app.db import db, transaction
from app.models import Customer, CustomerUser, Draft, Machine, Partner, Relationship, Staff
from tests.cast import Cast
from tests.web.dashboard.member import Member

NEW = "/customers/new"
LITWARE = {
    "company": "Litware",
    "domain": "litware.example",
    "country": "FI",
    "language": "fi-FI",
    "first_name": "Lina",
    "last_name": "Ström",
    "email": "lina@litware.example",
}
_number = count(1)
OLLE = {
    "signer": "other",
    "signer_first_name": "Olle",
    "signer_last_name": "Ny",
    "signer_email": "olle@litware.example",
}


@pytest.fixture(autouse=True)
def domain() -> str:
    """Another one for every test."""
    LITWARE["domain"] = f"litware{next(_number)}.example"
    return LITWARE["domain"]


def to_review(member: Member, **changes: str) -> Any:
    """Through both steps, with what a browser carries along."""
    member.open(NEW)
    account = {name: value for name, value in changes.items() if name in (*LITWARE, "registration", "phone", "through")}
    member.submit(NEW, False, to="agreement", **LITWARE | account)
    rest = {name: value for name, value in changes.items() if name not in account}
    return member.submit(NEW, False, to="review", **rest)


def added() -> tuple[Relationship, Machine]:
    db.session.rollback()
    found = db.session.scalar(select(Relationship).where(Relationship.domain == LITWARE["domain"]))
    assert found
    machine = db.session.scalar(select(Machine).where(Machine.customer_id == found.customer_id))
    assert machine
    return found, machine


def tenants() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Customer.domain == LITWARE["domain"])) or 0


def drafts(machine: Machine) -> int:
    return db.session.scalar(select(func.count()).where(Draft.machine_id == machine.id)) or 0


def somebody(kind: PartnerType, name: str, providers: tuple[Partner, ...] = ()) -> Staff:
    """An admin agent of another partner."""
    with transaction():
        partner = partners.add_partner(acts.console(), name, kind, "SE", providers=providers)
        email = f"{name.lower()}@{name.lower()}{next(_number)}.example"
        return staff.add_staff(acts.console(), partner, email, name, [Role.ADMIN_AGENT])


def test_a_customer_that_will_be_asked_is_added_and_its_invitation_is_ready(ana: Member) -> None:
    review = to_review(ana)
    assert "Litware" in review.text
    assert "Finland" in review.text
    assert tenants() == 0
    page = ana.submit(NEW, to="add")
    assert page.status_code == 201
    known, machine = added()
    assert (known.company, known.country, known.language, known.email) == ("Litware", "FI", "fi-FI", LITWARE["email"])
    assert machine.state is State.UNCONFIRMED
    assert f"/customers/{known.customer_id}/invite?kind=newCustomer" in page.text


def test_the_first_password_is_shown_once_and_opens_the_account(ana: Member, domain: str) -> None:
    to_review(ana)
    page = ana.submit(NEW, to="add").text
    plain = page.partition('id="first-password">')[2].partition("<")[0]
    db.session.rollback()
    user = db.session.scalar(select(CustomerUser).where(CustomerUser.user_name == f"admin@{domain}"))
    assert user
    assert passwords.verify(user.password_hash, plain)
    known, _ = added()
    for where in ("/customers/new", f"/customers/{known.customer_id}/invite"):
        assert plain not in ana.open(where).text


def test_a_reload_of_the_last_page_adds_nobody_twice(ana: Member) -> None:
    to_review(ana)
    fields = ana.forms[NEW].fields | {"to": "add"}
    ana.submit(NEW, to="add")
    again = ana.post(NEW, fields)
    assert again.status_code == 409
    assert "first-password" not in again.text
    assert tenants() == 1


def test_attesting_at_once_names_the_right_person_and_keeps_the_words(ana: Member) -> None:
    review = to_review(ana, way="attest", date="2026-11-01", **OLLE)
    assert "I vouch for this on behalf of Fabrikam" in review.text
    assert "Olle Ny" in ana.submit(NEW, to="add", vouch="yes").text
    _, machine = added()
    assert machine.state is State.ATTESTED
    assert machine.agreed_at
    assert f"{machine.agreed_at:%Y-%m-%d}" == "2026-11-01"


def test_without_the_box_nothing_is_vouched_for_and_nobody_is_added(ana: Member) -> None:
    to_review(ana, way="attest", date="2026-11-01")
    page = ana.submit(NEW, to="add")
    assert page.status_code == 400
    assert 'id="vouch-error"' in page.text
    assert tenants() == 0


def test_with_four_eyes_the_attestation_becomes_a_draft(ana: Member, cast: Cast) -> None:
    with transaction():
        db.session.get_one(Partner, cast.fabrikam.id).four_eyes = True
    review = to_review(ana, way="attest", date="2026-11-01")
    assert "Until it is approved" in review.text
    ana.submit(NEW, to="add")
    _, machine = added()
    assert machine.state is State.UNCONFIRMED
    assert drafts(machine) == 1


def test_a_reseller_adds_for_its_provider_and_prepares_the_attestation(app: Flask, cast: Cast) -> None:
    provider = somebody(PartnerType.PROVIDER, "Provida")
    rita = Member(app, somebody(PartnerType.RESELLER, "Tailspin", (provider.partner,)))
    assert "Prepare an attestation now" in _agreement(rita)
    to_review(rita, way="attest", date="2026-11-01")
    rita.submit(NEW, to="add")
    known, machine = added()
    assert known.partner_id == provider.partner_id
    assert machine.reseller_id == known.reseller_id
    assert drafts(machine) == 1


def test_a_provider_names_the_reseller(app: Flask, cast: Cast) -> None:
    provider = somebody(PartnerType.PROVIDER, "Provida")
    reseller = somebody(PartnerType.RESELLER, "Tailspin", (provider.partner,))
    per = Member(app, provider)
    to_review(per, through=str(reseller.partner_id))
    per.submit(NEW, to="add")
    assert added()[0].reseller_id == reseller.partner_id


def _agreement(member: Member) -> str:
    member.open(NEW)
    return member.submit(NEW, False, to="agreement", **LITWARE).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("company", " "),
        ("domain", "not a domain"),
        ("country", "XX"),
        ("language", "de-DE"),
        ("email", "lina"),
        ("phone", "call me"),
        ("through", "nobody"),
    ],
)
def test_what_is_wrong_with_the_account_stands_beside_its_field_and_keeps_the_rest(
    ana: Member, field: str, value: str
) -> None:
    ana.open(NEW)
    page = ana.submit(NEW, False, to="agreement", **LITWARE | {field: value})
    assert page.status_code == 400
    assert f'id="{field}-error"' in page.text or field == "through"
    assert ana.forms[NEW].fields["last_name"] == "Ström"


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("date", {"date": ""}),
        ("date", {"date": "2999-01-01"}),
        ("signer_first_name", {"date": "2026-11-01", **OLLE, "signer_first_name": ""}),
        ("signer_email", {"date": "2026-11-01", **OLLE, "signer_email": "olle"}),
    ],
)
def test_what_is_wrong_with_the_attestation_stands_beside_its_field(
    ana: Member, field: str, changes: dict[str, str]
) -> None:
    page = to_review(ana, way="attest", **changes)
    assert page.status_code == 400
    assert f'id="{field}-error"' in page.text
    assert ana.forms[NEW].fields["domain"] == LITWARE["domain"]


def test_the_number_in_the_register_is_asked_for_where_it_is_needed(ana: Member) -> None:
    ana.open(NEW)
    page = ana.submit(NEW, False, to="agreement", **LITWARE | {"country": "HU", "language": "hu-HU"})
    assert 'id="registration-error"' in page.text
    to_review(ana, country="HU", language="hu-HU", registration="12345678-1-42", phone="+36 1 234 567")
    assert ana.submit(NEW, to="add").status_code == 201
    billing = added()[0].billing
    assert billing
    assert billing["organizationRegistrationNumber"] == "12345678-1-42"


def test_back_keeps_everything(ana: Member) -> None:
    to_review(ana, way="attest", date="2026-11-01", **OLLE)
    assert "2026-11-01" in ana.submit(NEW, to="agreement").text
    ana.submit(NEW, to="account")
    fields = ana.forms[NEW].fields
    assert {name: fields[name] for name in LITWARE} == LITWARE
    assert (fields["date"], fields["signer_first_name"]) == ("2026-11-01", "Olle")


def test_a_customer_of_ones_own_is_not_added_again_but_linked_to(ana: Member, cast: Cast) -> None:
    known = cast.customer().relationship
    ana.open(NEW)
    page = ana.submit(NEW, False, to="agreement", **LITWARE | {"domain": str(known.domain)})
    assert page.status_code == 409
    assert 'id="domain-error"' in page.text
    assert f"/customers/{known.customer_id}/invite" in page.text


def test_a_tenant_of_somebody_elses_is_to_be_invited(app: Flask, ana: Member, cast: Cast) -> None:
    to_review(ana)
    ana.submit(NEW, to="add")
    other = Member(app, somebody(PartnerType.DIRECT_BILL, "Woodgrove"))
    to_review(other)
    page = other.submit(NEW, to="add")
    assert page.status_code == 409
    assert "/invitations/new" in page.text
    assert tenants() == 1


def test_the_languages_of_a_country_can_be_asked_for(ana: Member) -> None:
    page = ana.open("/customers/new/languages?country=TW").text
    assert "zh-HK" in page
    assert "sv-SE" not in page


def test_whoever_has_another_role_may_not(app: Flask, cast: Cast) -> None:
    with transaction():
        partner = db.session.get_one(Partner, cast.fabrikam.id)
        henk = staff.add_staff(
            acts.console(), partner, f"henk{next(_number)}@fabrikam.example", "Henk", [Role.HELPDESK_AGENT]
        )
    assert Member(app, henk).get(NEW).status_code == 403
