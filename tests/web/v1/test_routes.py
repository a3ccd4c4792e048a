"""Every route of the API there is: nobody without a token, nobody of another side, nobody without its permission."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.auth import acts
from app.commands import customers
from app.commands.customers import Profile
from app.core.permissions import TABLE
from app.core.vocabulary import PartnerType, Role
from tests.channel import Case, company, done, hire
from tests.web.test_access import API
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import (
    EVA,
    NO_ROLE,
    NOT_FOUND,
    NOT_SIGNED_IN,
    UNKNOWN,
    Program,
    confirmation,
    of,
    order,
    program,
    refusal,
    untouched,
)
from tests.working import settings

GIVEN = confirmation(primaryContact=EVA)
BODIES: dict[str, Any] = {
    "v1.confirm": GIVEN,
    "v1.order": order(),
    "v1.invite": {"kind": "agreement"},
    "v1.submit": GIVEN,
    "v1.resubmit": GIVEN,
    "v1.approve": {},
    "v1.give_back": {"reason": "by whom?"},
}


@dataclass(frozen=True)
class Route:
    """A route with ids in its address, and a body that would be done."""

    endpoint: str
    where: str
    body: Any
    named: bool

    def ask(self, who: Program) -> TestResponse:
        return who.post(self.where, self.body) if self.body is not None else who.send("GET", self.where)


def routes(app: Flask, customer_id: str, draft_id: str) -> Iterator[Route]:
    """All of them, about this customer and this draft."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint in API:
            ids = {"customer_id": customer_id, "draft_id": draft_id}
            where = adapter.build(rule.endpoint, {name: ids[name] for name in rule.arguments})
            body = {"customerId": customer_id, "operation": "renewal"} if rule.endpoint == "v1.eligibility" else None
            yield Route(rule.endpoint, where, BODIES.get(rule.endpoint, body), bool(rule.arguments or body))


def drafted(who: Program, case: Case) -> str:
    return str(who.made(of(case, "attestationdrafts"), confirmation())["id"])


def test_no_route_of_the_api_is_open_to_somebody_without_a_token(app: Flask, desk: Desk) -> None:
    case = desk.customer()
    found = list(routes(app, str(case.machine.customer_id), drafted(desk.program, case)))
    assert {route.endpoint for route in found} == set(API)
    with untouched():
        for route in found:
            for who in (Program(app), Program(app, "asn_made-up")):
                answer = route.ask(who)
                assert (route.endpoint, refusal(answer)) == (route.endpoint, NOT_SIGNED_IN)
                assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_ids_of_others_are_as_unknown_as_those_of_nobody(app: Flask, desk: Desk, chain: Chain) -> None:
    """Of another partner, and of another reseller of the same provider: not a word differs but the address."""
    other = program(app, hire(company("Adventure", PartnerType.RESELLER, chain.channel.provider)))
    theirs = str(chain.case.machine.customer_id), drafted(chain.rita, chain.case)
    for who in (desk.program, other, program(app, desk.fabrikam)):
        with untouched():
            for ours, nobodys in zip(routes(app, *theirs), routes(app, UNKNOWN, UNKNOWN), strict=True):
                if ours.named:
                    answers = [route.ask(who) for route in (ours, nobodys)]
                    assert (ours.endpoint, refusal(answers[0])) == (ours.endpoint, NOT_FOUND)
                    bodies = [(answer.json or {}) | {"instance": ""} for answer in answers]
                    assert bodies[0] == bodies[1]


def test_the_reseller_and_the_provider_of_a_customer_both_find_it(app: Flask, chain: Chain) -> None:
    theirs = str(chain.case.machine.customer_id), drafted(chain.rita, chain.case)
    for who in (chain.rita, chain.pia):
        found = {route.endpoint: route.ask(who).status_code for route in routes(app, *theirs)}
        resubmit = found.pop("v1.resubmit")
        assert resubmit == (409 if who is chain.rita else 404), "a draft comes back from the side that prepared it"
        assert 404 not in found.values()


# Permissions


def fresh(desk: Desk) -> tuple[Case, str]:
    case = desk.customer()
    return case, drafted(desk.program, case)


def attested(desk: Desk) -> tuple[Case, str]:
    case = desk.customer()
    desk.program.made(of(case, "agreements"), confirmation())
    return case, UNKNOWN


def given_back(desk: Desk) -> tuple[Case, str]:
    case, draft = fresh(desk)
    desk.program.made(f"/v1/attestationdrafts/{draft}/return", {"reason": "by whom?"}, 200)
    return case, draft


def plain(desk: Desk) -> tuple[Case, str]:
    return desk.customer(), UNKNOWN


READY: dict[str, Callable[[Desk], tuple[Case, str]]] = {
    "v1.order": attested,
    "v1.approve": fresh,
    "v1.give_back": fresh,
    "v1.resubmit": given_back,
}


def permissions(**roles: Role) -> str:
    """The setting under which each action is one role's, and all others another's."""
    return "; ".join(
        f"{action}={roles.get(action.name, roles['others'])}" for action in TABLE if TABLE[action].partners
    )


@pytest.mark.parametrize("endpoint", API)
def test_a_route_asks_for_its_permissions_and_for_no_others(app: Flask, desk: Desk, endpoint: str) -> None:
    helpdesk = program(app, hire(desk.fabrikam, Role.HELPDESK_AGENT))
    case, draft = READY.get(endpoint, plain)(desk)
    [route] = [one for one in routes(app, str(case.machine.customer_id), draft) if one.endpoint == endpoint]
    for action in API[endpoint]:
        without = permissions(others=Role.HELPDESK_AGENT, **{action.name: Role.GLOBAL_ADMIN})
        with settings(app, PERMISSIONS=without), untouched():
            assert refusal(route.ask(helpdesk)) == NO_ROLE
    needed = dict.fromkeys((action.name for action in API[endpoint]), Role.HELPDESK_AGENT)
    with settings(app, PERMISSIONS=permissions(others=Role.GLOBAL_ADMIN, **needed)):
        answer = route.ask(helpdesk)
    assert answer.status_code in (200, 201), answer.text


def test_no_setting_lets_a_reseller_attest(app: Flask, chain: Chain) -> None:
    draft = drafted(chain.rita, chain.case)
    with settings(app, PERMISSIONS=permissions(others=Role.SALES_AGENT)), untouched():
        for where in (of(chain.case, "agreements"), f"/v1/attestationdrafts/{draft}/approve"):
            assert chain.rita.says(where, GIVEN) == (403, 1002, "reseller-cannot-attest")


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
