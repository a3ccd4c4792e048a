"""Ids of others where they are easily forgotten: in bodies, in query strings, in cursors, and as keys of requests."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.auth import acts
from app.commands import customers
from app.commands.customers import Profile
from app.core.vocabulary import PartnerType
from app.db import transaction
from app.models import Partner
from tests.channel import company, done, hire
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.newcomers import newcomer
from tests.web.v1.programs import NOT_FOUND, UNKNOWN, Program, confirmation, of, program, refusal, untouched
from tests.web.v1.routing import NEWCOMER

Ask = Callable[[Program, str], TestResponse]
TOKEN = "MS-ContinuationToken"
STATUS = "/v1/compliance/csp/agreementstatus"


@dataclass(frozen=True)
class Strangers:
    """Northwind, another provider, its reseller, and their people."""

    provider: Partner
    reseller: Partner
    nina: Program
    ralf: Program


@pytest.fixture
def strangers(app: Flask) -> Strangers:
    provider = company("Northwind", PartnerType.PROVIDER)
    reseller = company("Adventure", PartnerType.RESELLER, provider)
    with transaction() as session:
        session.merge(provider).mpn_id, session.merge(reseller).mpn_id = "4100001", "4100002"
    return Strangers(provider, reseller, program(app, hire(provider)), program(app, hire(reseller)))


def get(where: str, name: str) -> Ask:
    return lambda who, id: who.send("GET", f"{where}?{urlencode({name: id})}")


def filtering(field: str) -> Ask:
    def ask(who: Program, id: str) -> TestResponse:
        wanted = {"Field": field, "Value": id, "Operator": "starts_with"}
        return who.send("GET", f"/v1/customers?{urlencode({'filter': json.dumps(wanted)})}")

    return ask


def adding(who: Program, id: str) -> TestResponse:
    return who.post("/v1/customers", newcomer(AssociatedPartnerId=id))


def inviting(who: Program, id: str) -> TestResponse:
    return who.post("/v1/invitations", NEWCOMER | {"providerId": id})


PORTFOLIO = get("/v1/acceptances", "reseller")
BY_RESELLER = get("/v1/customers/relationshiprequests", "indirectResellerId")
BY_PROVIDER = get("/v1/customers/relationshiprequests", "indirectCloudSolutionProviderId")
AGREEMENT = get(STATUS, "tenantId")
# Where an id of another partner can stand: who asks, whose id it is, and what is answered.
PLACES: dict[str, tuple[str, str, Ask, int]] = {
    "a new customer's reseller": ("pia", "reseller", adding, 403),
    "a new customer's provider": ("rita", "provider", adding, 404),
    "a newcomer's provider": ("rita", "provider", inviting, 404),
    "the portfolio's reseller": ("pia", "reseller", PORTFOLIO, 200),
    "a reseller's colleague": ("rita", "reseller", PORTFOLIO, 200),
    "customers by reseller": ("pia", "reseller", filtering("IndirectReseller"), 200),
    "customers by provider": ("rita", "provider", filtering("IndirectCloudSolutionProvider"), 200),
    "a request's reseller": ("pia", "reseller", BY_RESELLER, 403),
    "a request's provider": ("pia", "provider", BY_PROVIDER, 404),
    "a reseller's own request": ("rita", "reseller", BY_RESELLER, 403),
    "a reseller's provider": ("rita", "provider", BY_PROVIDER, 404),
    "a provider's agreement": ("pia", "provider", AGREEMENT, 404),
    "a reseller's agreement": ("pia", "reseller", AGREEMENT, 404),
}


@pytest.mark.parametrize("place", PLACES)
def test_another_partners_id_is_as_unknown_as_nobodys(chain: Chain, strangers: Strangers, place: str) -> None:
    name, whose, ask, status = PLACES[place]
    who, theirs = getattr(chain, name), str(getattr(strangers, whose).id)
    with untouched():
        found, other = ask(who, theirs), ask(who, UNKNOWN)
    assert (found.status_code, other.status_code) == (status, status), found.text
    assert found.text.replace(theirs, "") == other.text.replace(UNKNOWN, "")


def test_another_partners_mpn_id_is_as_unknown_as_nobodys(chain: Chain, strangers: Strangers) -> None:
    assert strangers.nina.get(f"{STATUS}?mpnId=4100002") == {"isAgreementSigned": False}
    answers = [chain.pia.send("GET", f"{STATUS}?mpnId={mpn}") for mpn in ("4100001", "4100002", "4999999")]
    assert [refusal(answer) for answer in answers] == [NOT_FOUND] * 3
    assert len({answer.data for answer in answers}) == 1


def test_one_foreign_customer_among_many_questions_is_answered_as_an_unknown_one(
    chain: Chain, strangers: Strangers
) -> None:
    def ask(id: str) -> TestResponse:
        questions = [{"customerId": one, "operation": "renewal"} for one in (own, id)]
        return strangers.nina.post("/v1/eligibility", {"questions": questions})

    own = str(strangers.nina.made("/v1/customers", newcomer())["id"])
    foreign, unknown = ask(str(chain.case.machine.customer_id)), ask(UNKNOWN)
    assert (refusal(foreign), foreign.data) == (NOT_FOUND, unknown.data)


LISTS = ["/v1/customers", "/v1/acceptances", "/v1/attestationdrafts"]


@pytest.mark.parametrize("where", LISTS)
def test_where_another_partners_page_ended_leads_to_nothing_of_it(
    chain: Chain, strangers: Strangers, where: str
) -> None:
    cases = [chain.channel.customer() for _ in range(3)]
    for case in cases:
        chain.rita.made(of(case, "attestationdrafts"), confirmation())
    [header] = chain.pia.get(f"{where}?size=1")["links"]["next"]["headers"]
    assert header["key"] == TOKEN
    for who in (strangers.nina, strangers.ralf):
        with_token = who.send("GET", f"{where}?size=1", {TOKEN: header["value"]})
        assert (with_token.status_code, (with_token.json or {})["items"]) == (200, [])


def test_where_a_customers_list_ended_leads_to_no_other_customers(chain: Chain, strangers: Strangers) -> None:
    for _ in range(2):
        chain.pia.made(of(chain.case, "invitations"), {"kind": "agreement"})
    own = strangers.nina.made("/v1/customers", newcomer())["id"]
    for what in ("invitations", "acceptance/records"):
        [header] = chain.pia.get(f"{of(chain.case, what)}?size=1")["links"]["next"]["headers"]
        found = strangers.nina.send("GET", f"/v1/customers/{own}/{what}", {TOKEN: header["value"]})
        assert (found.status_code, str(chain.case.machine.customer_id) in found.text) == (200, False)
        foreign = strangers.nina.send("GET", of(chain.case, what), {TOKEN: header["value"]})
        assert refusal(foreign) == NOT_FOUND


def test_a_cursor_beyond_the_callers_own_feed_says_nothing_of_others(chain: Chain, strangers: Strangers) -> None:
    answers = [strangers.nina.send("GET", f"/v1/changes?after={cursor}") for cursor in (1, 2, 10**6)]
    assert {(answer.status_code, answer.data) for answer in answers} == {(410, answers[0].data)}
    assert refusal(chain.rita.send("GET", "/v1/changes?after=1"))[2] == "wrong-partner-type"


def test_a_key_under_which_another_token_was_answered_opens_nothing(app: Flask, chain: Chain) -> None:
    """Neither for a stranger, nor for a colleague, nor for another token of the same person."""
    where, key = of(chain.case, "attestationdrafts"), {"MS-RequestId": UNKNOWN}
    assert chain.rita.post(where, confirmation(), headers=key).status_code == 201
    stranger = program(app, hire(company("Fabrikam", PartnerType.DIRECT_BILL)))
    for who in (stranger, chain.pia, program(app, chain.channel.rita)):
        found = who.post(where, confirmation(), headers=key)
        assert "Idempotent-Replayed" not in found.headers
        assert found.status_code == (404 if who is stranger else 409)
    for header in ({"Idempotency-Key": UNKNOWN}, key):
        again = chain.rita.post(where, confirmation(), headers=header)
        assert again.headers["Idempotent-Replayed"] == "true"


def test_an_address_is_matched_whole(chain: Chain) -> None:
    """What is not the GUID of a customer finds none, however much of it is one's own."""
    id = str(chain.case.machine.customer_id)
    odd_ones = [id[:-1], f"{id}0", f"{{{id}}}", id.replace("-", ""), f"{id}%00", f"{id}%2f..%2f{UNKNOWN}", f"{id}%27"]
    for odd in odd_ones:
        assert chain.pia.send("GET", f"/v1/customers/{odd}/acceptance").status_code == 404, odd


def test_a_customer_that_two_partners_have_is_each_ones_own(app: Flask, desk: Desk) -> None:
    """What one has recorded, the other does not see."""
    case, other = desk.customer(), company("Northwind", PartnerType.DIRECT_BILL)
    theirs = program(app, other)
    profile = Profile("Contoso", "SE", "en", case.relationship.contact, case.relationship.customer.domain)
    done(customers.add_customer, acts.console(), other, profile)
    desk.program.made(of(case, "agreements"), confirmation())
    mine, their = desk.program.get(of(case, "acceptance")), theirs.get(of(case, "acceptance"))
    assert (mine["state"], mine["confirmed"]) == ("partner-attested", True)
    assert (their["state"], their["confirmed"], their["primaryContact"]) == ("unconfirmed", False, None)
    assert their["partnerId"] == str(other.id)
