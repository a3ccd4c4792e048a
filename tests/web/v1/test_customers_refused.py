"""What is refused at the vendor's customer routes, by whom and why; nothing is written then."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import update

from app.core.vocabulary import Authority, PartnerType, Role
from app.db import db
from app.models import Partner
from tests.channel import Case, company, hire
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.newcomers import newcomer
from tests.web.v1.programs import NO_ROLE, NOT_FOUND, NOT_SIGNED_IN, UNKNOWN, Program, of, program, refusal, untouched

WRONG_TYPE = (403, 1002, "wrong-partner-type")
INVALID, MISSING = (400, 3000, "invalid-value"), (400, 3000, "missing-field")
NONE = {"relationshipToPartner": "none"}


def place(case: Case) -> str:
    return of(case, "").rstrip("/")


def patched(who: Program, where: str, body: object) -> tuple[int, int, str]:
    return refusal(who.send("PATCH", where, json=body))


# POST /v1/customers


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"Company__Domain": "not a domain"}, INVALID),
        ({"Company__Domain": None}, MISSING),
        ({"Billing__Culture": "english"}, INVALID),
        ({"Billing__Language": "eng"}, INVALID),
        ({"Billing__Email": "maria"}, (400, 3000, "invalid-email")),
        ({"Billing__CompanyName": ""}, MISSING),
        ({"Billing__DefaultAddress": None}, MISSING),
        ({"Address__Country": "XX"}, INVALID),
        ({"Address__Country": "Sweden"}, INVALID),
        ({"Address__FirstName": "M" * 51}, (400, 3000, "invalid-text")),
        ({"Address__AddressLine1": "1" * 201}, (400, 3000, "invalid-text")),
        ({"Address__AddressLine1": None}, MISSING),
        ({"Address__State": "WAS"}, (400, 3000, "invalid-text")),
        ({"Address__PhoneNumber": "call me"}, (400, 3000, "invalid-phone")),
        ({"AssociatedPartnerId": "wingtip"}, INVALID),
        ({"AssociatedPartnerId": UNKNOWN}, WRONG_TYPE),
        ({"Company__OrganizationRegistrationNumber": "123456789"}, (400, 600002, "registration-number-not-supported")),
        ({"Address__Country": "RU"}, (400, 600049, "registration-number-missing")),
        (
            {"Address__Country": "IN", "Company__OrganizationRegistrationNumber": "?"},
            (400, 600050, "registration-number-invalid"),
        ),
        (
            {
                "Address__Country": "HU",
                "Company__OrganizationRegistrationNumber": "01-09-123456",
                "Address__PhoneNumber": None,
            },
            (400, 600051, "phone-missing"),
        ),
    ],
)
def test_a_customer_that_is_badly_described_is_not_added(
    desk: Desk, changes: dict[str, Any], answer: tuple[int, int, str]
) -> None:
    assert desk.program.refused("/v1/customers", newcomer(**changes)) == answer


def test_a_customer_that_the_partner_has_is_not_added_again(desk: Desk) -> None:
    body = newcomer()
    desk.program.made("/v1/customers", body)
    assert desk.program.refused("/v1/customers", body) == (409, 2000, "already-exists")


def test_a_provider_names_no_reseller_but_its_own_and_not_without_a_person(chain: Chain, app: Flask) -> None:
    other = company("Litware", PartnerType.RESELLER, company("Adatum", PartnerType.PROVIDER))
    nobodys = (403, 20002, "no-relationship")
    for id in (str(other.id), UNKNOWN):
        assert chain.pia.refused("/v1/customers", newcomer(AssociatedPartnerId=id)) == nobodys
    alone = program(app, chain.channel.provider)
    assert alone.refused("/v1/customers", newcomer(AssociatedPartnerId=str(chain.channel.reseller.id))) == NO_ROLE
    assert chain.rita.refused("/v1/customers", newcomer(AssociatedPartnerId=str(other.id))) == NOT_FOUND


def test_who_may_not_add_customers_is_told_so(desk: Desk, app: Flask) -> None:
    assert Program(app).refused("/v1/customers", newcomer()) == NOT_SIGNED_IN
    assert desk.colleague(Role.HELPDESK_AGENT).refused("/v1/customers", newcomer()) == NO_ROLE


def test_where_the_vendor_is_the_system_of_record_nothing_is_added_or_removed_here(desk: Desk) -> None:
    case = desk.customer()
    with db.engine.begin() as connection:
        mirrored = update(Partner).where(Partner.id == desk.fabrikam.id).values(authority=Authority.MIRROR)
        connection.execute(mirrored)
    elsewhere = (501, 2000, "not-forwarded")
    assert desk.program.refused("/v1/customers", newcomer()) == elsewhere
    with untouched():
        assert patched(desk.program, place(case), NONE) == elsewhere


# GET /v1/customers and GET /v1/customers/{customerId}


@pytest.mark.parametrize(
    "asked",
    [
        "size=-1",
        "size=many",
        f"filter={quote(json.dumps({'Field': 'Colour', 'Value': 'a', 'Operator': 'starts_with'}))}",
        f"filter={quote(json.dumps({'Field': 'Domain', 'Value': 'a', 'Operator': 'contains'}))}",
        "filter=%5B%5D",
    ],
)
def test_a_list_that_is_asked_for_badly_is_refused(desk: Desk, asked: str) -> None:
    assert refusal(desk.program.send("GET", f"/v1/customers?{asked}")) == INVALID


@pytest.mark.parametrize("token", ["rubbish", "W10=", "WyJhIiwiYiJd"])
def test_a_continuation_that_nobody_was_given_is_refused(desk: Desk, token: str) -> None:
    found = desk.program.send("GET", "/v1/customers?seekOperation=Next", {"MS-ContinuationToken": token})
    assert refusal(found) == INVALID


def test_a_customer_is_shown_to_its_partners_alone(desk: Desk, chain: Chain, app: Flask) -> None:
    where = place(desk.customer())
    assert refusal(Program(app).send("GET", where)) == NOT_SIGNED_IN
    assert refusal(chain.pia.send("GET", where)) == NOT_FOUND
    assert refusal(desk.program.send("GET", f"/v1/customers/{UNKNOWN}")) == NOT_FOUND
    assert refusal(Program(app).send("GET", "/v1/customers")) == NOT_SIGNED_IN
    assert refusal(desk.colleague(Role.HELPDESK_AGENT).send("GET", "/v1/customers")) == NO_ROLE


# PATCH and DELETE /v1/customers/{customerId}


def test_a_relationship_is_removed_once(desk: Desk) -> None:
    where = place(desk.customer())
    assert desk.program.send("PATCH", where, json=NONE).status_code == 200
    with untouched():
        assert patched(desk.program, where, NONE) == (400, 3000, "relationship-removed")


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"relationshipToPartner": "reseller"}, INVALID),
        ({"relationshipToPartner": None}, MISSING),
        ({"allowDelegatedAccess": False}, MISSING),
        ([], (400, 2000, "unparsable-body")),
    ],
)
def test_nothing_else_of_a_customer_can_be_changed(desk: Desk, body: object, answer: tuple[int, int, str]) -> None:
    where = place(desk.customer())
    with untouched():
        assert patched(desk.program, where, body) == answer


def test_who_may_not_remove_a_customer_is_told_so(desk: Desk, chain: Chain, app: Flask) -> None:
    where = place(chain.case)
    alone = program(app, chain.channel.provider)
    admin = program(app, hire(chain.channel.provider, Role.GLOBAL_ADMIN))
    with untouched():
        assert patched(chain.rita, where, NONE) == WRONG_TYPE
        assert patched(desk.program, where, NONE) == NOT_FOUND
        assert patched(alone, where, NONE) == patched(admin, where, NONE) == NO_ROLE
        assert patched(Program(app), where, NONE) == NOT_SIGNED_IN


def test_customers_are_not_deleted_for_there_is_no_sandbox(desk: Desk, chain: Chain, app: Flask) -> None:
    where = place(desk.customer())
    with untouched():
        assert refusal(desk.program.send("DELETE", where)) == (403, 600006, "sandbox-only")
        assert refusal(chain.pia.send("DELETE", where)) == NOT_FOUND
        assert refusal(Program(app).send("DELETE", where)) == NOT_SIGNED_IN
