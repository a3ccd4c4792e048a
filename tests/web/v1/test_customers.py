"""Customers on the vendor's routes: adding, showing, listing page by page, and ending the relationship."""

import json
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import select

from app import vault
from app.auth import acts, passwords
from app.commands import customers
from app.commands.customers import Profile
from app.db import db
from app.models import CustomerUser, Partner, Relationship
from tests.cast import MARIA
from tests.channel import company, customer, done, hire
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.newcomers import domain, newcomer
from tests.web.v1.programs import of, program

GONE = {
    "Id": None,
    "CommerceId": None,
    "CompanyProfile": None,
    "BillingProfile": None,
    "RelationshipToPartner": "none",
    "AllowDelegatedAccess": None,
    "UserCredentials": None,
    "CustomDomains": None,
    "AssociatedPartnerId": None,
    "Attributes": {"ObjectType": "Customer"},
}


def searched(field: str, value: str, size: int = 40) -> str:
    """The address that asks for customers by how something begins."""
    wanted = {"Field": field, "Value": value, "Operator": "starts_with"}
    return f"/v1/customers?size={size}&filter={quote(json.dumps(wanted))}"


def names(found: Any) -> list[str]:
    return [item["companyProfile"]["companyName"] for item in found["items"]]


def ids(found: Any) -> list[str]:
    return [item["id"] for item in found["items"]]


# POST /v1/customers


def test_a_new_customer_is_answered_as_the_vendor_shapes_it(desk: Desk) -> None:
    body = newcomer(enableGDAPByDefault=True)
    made = desk.program.made("/v1/customers", body)
    name = body["CompanyProfile"]["Domain"]
    assert made["companyProfile"] == {
        "tenantId": made["id"],
        "domain": name,
        "companyName": "Woodgrove Bank",
        "attributes": {"objectType": "CustomerCompanyProfile"},
    }
    assert made["billingProfile"] == {
        "id": made["commerceId"],
        "email": "maria@woodgrove.example",
        "culture": "sv-SE",
        "language": "sv",
        "companyName": "Woodgrove Bank",
        "defaultAddress": {
            "firstName": "Maria",
            "lastName": "Ek",
            "addressLine1": "Svartbäcksgatan 1",
            "city": "Uppsala",
            "postalCode": "753 20",
            "country": "SE",
            "phoneNumber": "+46 18 123 456",
        },
        "attributes": {"objectType": "CustomerBillingProfile"},
    }
    assert made["userCredentials"]["userName"] == f"admin@{name}"
    assert (made["relationshipToPartner"], made["allowDelegatedAccess"]) == ("none", False)
    assert made["attributes"]["objectType"] == "Customer"
    assert desk.program.get(f"/v1/customers/{made['id']}/acceptance")["state"] == "unconfirmed"


def test_the_password_shown_once_signs_in_and_is_kept_sealed(desk: Desk) -> None:
    made = desk.program.made("/v1/customers", newcomer())
    shown = made["userCredentials"]
    user = db.session.scalar(select(CustomerUser).where(CustomerUser.user_name == shown["userName"]))
    assert user
    assert passwords.verify(user.password_hash, shown["password"])
    assert user.must_change
    assert vault.open_(user.first_password or b"") == shown["password"]
    assert "userCredentials" not in desk.program.get(f"/v1/customers/{made['id']}")


def test_camel_case_and_an_app_only_token_do_as_well(desk: Desk) -> None:
    def lowered(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name[0].lower() + name[1:]: lowered(member) for name, member in value.items()}

    made = program(desk.app, desk.fabrikam).made("/v1/customers", lowered(newcomer()))
    assert made["billingProfile"]["companyName"] == "Woodgrove Bank"


def test_the_contact_and_the_language_are_those_of_the_billing_profile(desk: Desk) -> None:
    made = desk.program.made("/v1/customers", newcomer(Billing__Culture="EN-gb", Billing__Language="En"))
    relationship = db.session.get_one(Relationship, UUID(made["commerceId"]))
    assert (relationship.contact.name, relationship.language) == ("Maria Ek", "en-GB")


def test_where_companies_are_registered_the_number_is_asked_for_and_shown(desk: Desk) -> None:
    given = {"Address__Country": "KZ", "Company__OrganizationRegistrationNumber": "123456789012"}
    made = desk.program.made("/v1/customers", newcomer(**given))
    assert made["companyProfile"]["organizationRegistrationNumber"] == "123456789012"
    assert "organizationRegistrationNumber" not in made["billingProfile"]


def test_a_provider_adds_a_customer_of_its_reseller(chain: Chain) -> None:
    reseller = str(chain.channel.reseller.id)
    made = chain.pia.made("/v1/customers", newcomer(AssociatedPartnerId=reseller))
    assert (made["associatedPartnerId"], made["relationshipToPartner"]) == (reseller, "reseller")
    assert chain.rita.get(f"/v1/customers/{made['id']}")["id"] == made["id"]


def test_a_reseller_adds_a_customer_of_its_provider(chain: Chain) -> None:
    made = chain.rita.made("/v1/customers", newcomer())
    assert made["associatedPartnerId"] == str(chain.channel.reseller.id)
    assert chain.pia.get(f"/v1/customers/{made['id']}")["id"] == made["id"]


def test_a_tenant_that_another_partner_brought_in_has_to_be_invited(desk: Desk) -> None:
    other = program(desk.app, hire(company("Adatum", desk.fabrikam.type)))
    body = newcomer()
    desk.program.made("/v1/customers", body)
    assert other.refused("/v1/customers", body) == (409, 2000, "already-exists")


def test_a_repeated_request_adds_one_customer_and_shows_the_same_password(desk: Desk) -> None:
    body, key = newcomer(), {"MS-RequestId": "5a9f6e6c-6d0b-4f3f-9d26-6f6f1c1f0b11"}
    answers = [desk.program.post("/v1/customers", body, headers=key) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert answers[1].headers["Idempotent-Replayed"] == "true"


# GET /v1/customers/{customerId}


def test_a_customer_that_came_otherwise_is_shown_with_what_is_known(desk: Desk) -> None:
    case = desk.customer()
    shown = desk.program.get(of(case, "").rstrip("/"))
    assert shown["billingProfile"]["email"] == case.relationship.email
    assert shown["billingProfile"]["defaultAddress"]["country"] == "SE"
    assert shown["relationshipToPartner"] == "reseller"
    assert shown["customDomains"] == [shown["companyProfile"]["domain"]]
    assert shown["links"]["self"] == {"uri": f"/customers/{shown['id']}", "method": "GET", "headers": []}


def test_a_customer_that_was_not_modified_is_not_sent_again(desk: Desk) -> None:
    where = of(desk.customer(), "").rstrip("/")
    first = desk.program.send("GET", where)
    again = desk.program.send("GET", where, {"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")


# GET /v1/customers


def test_a_caller_follows_the_next_links_with_their_headers_to_the_end(desk: Desk) -> None:
    wanted = {str(desk.customer().machine.customer_id) for _ in range(5)}
    found, where = [], "/v1/customers?size=2"
    headers: dict[str, str] = {}
    while where:
        page = desk.program.send("GET", where, headers).json
        assert page
        assert page["totalCount"] == len(page["items"]) <= 2
        assert set(page["items"][0]) == {"id", "companyProfile", "relationshipToPartner", "links", "attributes"}
        found += ids(page)
        link = page["links"].get("next")
        where, headers = (f"/v1{link['uri']}", {h["key"]: h["value"] for h in link["headers"]}) if link else ("", {})
        assert link is None or "seekOperation=Next" in link["uri"]
    assert (len(found), set(found)) == (5, wanted)


def added(desk: Desk, name: str, domain: str) -> str:
    """A customer that was added past the route: no password is hashed for it."""
    about = Profile(name, "SE", "en", MARIA, domain)
    partner = db.session.get_one(Partner, desk.fabrikam.id)
    return str(done(customers.add_customer, acts.console(), partner, about).machine.customer_id)


def test_customers_stand_by_name_whatever_the_case(desk: Desk) -> None:
    for name in ("beta", "Alpha", "ÅNGA", "ånga 2", "Gamma"):
        added(desk, name, domain())
    assert names(desk.program.get("/v1/customers?size=0")) == ["Alpha", "beta", "Gamma", "ÅNGA", "ånga 2"]
    assert names(desk.program.get(searched("companyname", "ån", 1))) == ["ÅNGA"]
    assert names(desk.program.get(searched("CompanyName", "ÅNGA "))) == ["ÅNGA", "ånga 2"]
    assert names(desk.program.get(searched("CompanyName", "lpha"))) == []


def test_customers_are_found_by_how_their_domain_begins(desk: Desk) -> None:
    there = [added(desk, "Contoso", f"{name}.example") for name in ("ca-d1", "ca-d2", "cad")]
    assert ids(desk.program.get(searched("Domain", "CA-"))) == there[:2]


def test_a_provider_finds_the_customers_of_one_reseller(chain: Chain) -> None:
    direct = customer(chain.channel.provider)
    reseller = str(chain.channel.reseller.id)
    for value in (reseller, reseller[:30], "wing"):
        assert ids(chain.pia.get(searched("IndirectReseller", value))) == [str(chain.case.machine.customer_id)]
    assert str(direct.machine.customer_id) in ids(chain.pia.get("/v1/customers"))
    assert ids(chain.pia.get(searched("IndirectReseller", "nobody"))) == []
    provider = str(chain.channel.provider.id)
    assert ids(chain.rita.get(searched("IndirectCloudSolutionProvider", provider))) == ids(
        chain.rita.get("/v1/customers")
    )


def test_nobody_lists_the_customers_of_others(desk: Desk, chain: Chain) -> None:
    desk.customer()
    assert ids(chain.rita.get("/v1/customers")) == [str(chain.case.machine.customer_id)]
    assert str(chain.case.machine.customer_id) not in ids(desk.program.get("/v1/customers"))


# PATCH /v1/customers/{customerId}


def test_a_removed_relationship_ends_its_invitation_and_is_listed_no_more(desk: Desk) -> None:
    case = desk.customer()
    desk.program.made(of(case, "invitations"), {"kind": "agreement"})
    where = of(case, "").rstrip("/")
    body = {"relationshipToPartner": "none", "attributes": {"objectType": "Customer"}}
    answer = desk.program.send("PATCH", f"{where}/", json=body)
    assert (answer.status_code, answer.json) == (200, GONE)
    assert str(case.machine.customer_id) not in ids(desk.program.get("/v1/customers"))
    assert desk.program.get(where)["relationshipToPartner"] == "none"
    status = desk.program.get(of(case, "acceptance"))
    assert (status["state"], status["invitation"]["status"]) == ("unconfirmed", "revoked")


def test_a_customer_that_was_removed_can_be_added_again(desk: Desk) -> None:
    body = newcomer()
    made = desk.program.made("/v1/customers", body)
    desk.program.send("PATCH", f"/v1/customers/{made['id']}", json={"RelationshipToPartner": "None"})
    again = desk.program.made(
        "/v1/customers", body | {"BillingProfile": newcomer(Billing__CompanyName="Wood")["BillingProfile"]}
    )
    assert again["id"] == made["id"]
    assert "userCredentials" not in again
    assert names(desk.program.get(searched("CompanyName", "wood"))) == ["Wood"]
