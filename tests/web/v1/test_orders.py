"""`POST /v1/customers/{id}/orders`: what the gate denies is refused as the vendor does, with the way out."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.commands import acceptances, attestations, customers, policies
from app.core.vocabulary import Authority, Cloud, PartnerType, RelationshipState, Role
from app.db import db
from app.installation import installation
from app.models import Partner, Purchase, Relationship
from tests.channel import Case, company, customer, done
from tests.rows import change
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import (
    BASE,
    MCA,
    NO_ROLE,
    NOT_FOUND,
    NOT_SIGNED_IN,
    UNKNOWN,
    Program,
    confirmation,
    of,
    order,
    program,
    question,
    refusal,
    untouched,
)

DENIED = (403, 13605, "agreement-required")
AZURE, SEATS = "DZH318Z0BPS6:0001", "CFQ7TTC0LH16:0001"


def bought(case: Case) -> list[tuple[Any, ...]]:
    """Order, offer, quantity and kind of what is on record."""
    db.session.rollback()
    columns = (Purchase.order_id, Purchase.offer_id, Purchase.quantity, Purchase.kind)
    query = select(*columns).where(Purchase.customer_id == case.machine.customer_id).order_by(Purchase.id)
    return [tuple(row) for row in db.session.execute(query)]


# Works


def test_an_order_that_may_be_placed_becomes_purchase_history(desk: Desk) -> None:
    case = desk.confirmed()
    lines = [
        {"lineItemNumber": 0, "offerId": SEATS, "quantity": 5, "friendlyName": "Seats", "partnerIdOnRecord": "4847383"},
        {"LineItemNumber": 1, "OfferId": AZURE, "Quantity": 2147483647, "ParentSubscriptionId": None},
    ]
    found = desk.program.made(of(case, "orders"), {"billingCycle": "monthly", "lineItems": lines})
    assert found["lineItems"] == [
        {"lineItemNumber": 0, "offerId": SEATS, "quantity": 5},
        {"lineItemNumber": 1, "offerId": AZURE, "quantity": 2147483647},
    ]
    assert found["referenceCustomerId"] == str(case.machine.customer_id)
    assert (found["billingCycle"], found["status"]) == ("monthly", "completed")
    assert found["attributes"] == {"objectType": "Order"}
    assert [(str(id), *rest) for id, *rest in bought(case)] == [
        (found["id"], SEATS, 5, "offer"),
        (found["id"], AZURE, 2147483647, "azure-plan"),
    ]


def test_what_was_ordered_stands_in_the_way_of_direct_acceptance(desk: Desk) -> None:
    """A customer that bought here and then withdraws cannot accept by itself any more."""
    case = desk.confirmed()
    desk.program.made(of(case, "orders"), order())
    db.session.refresh(case.machine)
    done(attestations.withdraw, acts.console(), case.machine, "no longer")
    found = desk.program.post(of(case, "invitations"), {"kind": "agreement"})
    assert refusal(found) == (409, 2000, "direct-acceptance-unavailable")
    assert desk.program.made("/v1/eligibility", question(case), 200)["next"]["action"] == "attest"


def test_each_order_has_an_id_of_its_own(desk: Desk) -> None:
    case = desk.confirmed()
    ids = {desk.program.made(of(case, "orders"), order())["id"] for _ in range(2)}
    assert {str(row[0]) for row in bought(case)} == ids
    assert len(ids) == 2


# Denied


def test_a_denied_order_is_the_vendors_error_with_the_way_out(desk: Desk) -> None:
    case = desk.customer()
    with untouched():
        found = desk.program.post(of(case, "orders"), order())
    assert refusal(found) == DENIED
    assert found.mimetype == "application/json"
    body = found.json or {}
    assert (body["data"], body["source"], body["title"]) == (["mca-only-2020-02-01"], "Assent", "Forbidden")
    assert MCA in body["description"]
    assert body["next"] == {"action": "invite", "owner": "partner", "url": f"{BASE}{of(case, 'invitations')}"}
    assert "invite (by the partner)" in body["description"]
    gate = desk.program.made("/v1/eligibility", question(case), 200)
    assert (gate["reason"], gate["next"]) == (body["reason"], body["next"])
    assert [rule["id"] for rule in gate["rules"]] == body["data"]
    assert bought(case) == []


def test_the_way_out_leads_to_an_order(desk: Desk) -> None:
    case = desk.customer()
    done(acceptances.report_refusal, acts.console(), case.machine, 1)
    following = (desk.program.post(of(case, "orders"), order()).json or {})["next"]
    assert (following["action"], following["owner"]) == ("attest", "partner")
    desk.program.made(following["url"], confirmation())
    desk.program.made(of(case, "orders"), order())
    assert len(bought(case)) == 1


def test_of_several_lines_one_that_is_denied_keeps_all_from_being_ordered(desk: Desk) -> None:
    """A rule of the partner's own holds up one offer; it stands last among lines that may be ordered."""
    case = desk.confirmed()
    rows = f"""
[[rule]]
id = "fresh-for-{SEATS[:4].lower()}"
topic = "enforcement"
from = 2026-01-01
any-of = ["{MCA}"]
accepted-since = 2026-06-01
offer = ["{SEATS}"]
"""
    done(policies.set_rows, acts.console(), desk.fabrikam, rows, installation().rules.policy)
    with untouched():
        found = desk.program.post(of(case, "orders"), order(AZURE, "OTHER", SEATS))
    assert refusal(found) == DENIED
    assert (found.json or {})["data"] == ["fresh-for-cfq7"]
    assert bought(case) == []
    desk.program.made(of(case, "orders"), order(AZURE, "OTHER"))
    assert len(bought(case)) == 2


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"cloud": Cloud.CHINA}, (409, 2000, "national-cloud-unsupported")),
        ({"relation": RelationshipState.REMOVED}, (403, 20002, "no-relationship")),
        ({"authority": Authority.MIRROR}, (501, 2000, "not-forwarded")),
    ],
)
def test_what_else_keeps_an_order_from_being_placed(desk: Desk, state: dict[str, Any], expected: Any) -> None:
    case = customer(desk.fabrikam, cloud=state["cloud"]) if "cloud" in state else desk.confirmed()
    if "relation" in state:
        change(Relationship, Relationship.id == case.relationship.id, state=state["relation"])
    if "authority" in state:
        change(Partner, Partner.id == desk.fabrikam.id, authority=state["authority"])
    found = desk.program.post(of(case, "orders"), order())
    assert refusal(found) == expected
    assert "{" not in (found.json or {})["description"]
    assert "the cloud" not in (found.json or {})["description"]
    assert bought(case) == []


# Not signed in, somebody else's, who may


def test_without_a_token_nobody_orders(app: Flask, desk: Desk) -> None:
    assert Program(app).refused(of(desk.customer(), "orders"), order()) == NOT_SIGNED_IN


def test_somebody_elses_customer_is_as_unknown_as_one_that_is_not_there(desk: Desk, chain: Chain) -> None:
    theirs = customer(company("Northwind", PartnerType.DIRECT_BILL))
    with untouched():
        for where in (of(chain.case, "orders"), of(theirs, "orders"), f"/v1/customers/{UNKNOWN}/orders"):
            assert desk.program.says(where, order()) == NOT_FOUND


def test_orders_are_the_confirming_partners_agents(app: Flask, desk: Desk, chain: Chain) -> None:
    case = desk.confirmed()
    for role in Role:
        agent = role in (Role.ADMIN_AGENT, Role.SALES_AGENT)
        answer = desk.colleague(role).post(of(case, "orders"), order())
        assert (role, answer.status_code) == (role, 201 if agent else 403)
        assert agent or refusal(answer) == NO_ROLE
    program(app, desk.fabrikam).made(of(case, "orders"), order())
    assert chain.rita.refused(of(chain.case, "orders"), order()) == (403, 1002, "wrong-partner-type")


def test_a_customer_of_two_partners_is_held_up_by_each_for_itself(app: Flask, desk: Desk) -> None:
    """The word of one partner opens nothing for another."""
    case = desk.confirmed()
    other = company("Northwind", PartnerType.DIRECT_BILL)
    profile = customers.Profile("Contoso", "SE", "en", case.relationship.contact, case.relationship.customer.domain)
    done(customers.add_customer, acts.console(), other, profile)
    assert program(app, other).refused(of(case, "orders"), order()) == DENIED
    desk.program.made(of(case, "orders"), order())


# Bad input

LINE = {"lineItemNumber": 0, "offerId": SEATS, "quantity": 1}
NO_TEXTS: list[Any] = [7, {}, [SEATS]]
NO_OFFERS: list[Any] = [None, "", "  "]
NO_QUANTITIES: list[Any] = [0, -1, 1.5, True, "1", [1], 2**31, 10**400, 1e308]
BAD: list[tuple[Any, str]] = [
    ({}, "missing-field"),
    ({"lineItems": None}, "missing-field"),
    ({"lineItems": []}, "missing-field"),
    ({"lineItems": {}}, "invalid-value"),
    ({"lineItems": "all"}, "invalid-value"),
    ({"lineItems": [LINE, None]}, "invalid-value"),
    ({"lineItems": [LINE] * 201}, "invalid-value"),
    ({"lineItems": [LINE], "billingCycle": 7}, "invalid-value"),
    *(({"lineItems": [LINE, LINE | {"quantity": bad}]}, "invalid-value") for bad in NO_QUANTITIES),
    *(({"lineItems": [LINE, LINE | {"offerId": bad}]}, "missing-field") for bad in NO_OFFERS),
    ({"lineItems": [LINE, LINE | {"quantity": None}]}, "missing-field"),
    *(({"lineItems": [LINE | {"offerId": bad}]}, "invalid-value") for bad in NO_TEXTS),
    *(({"lineItems": [LINE | {"offerId": bad}]}, "invalid-text") for bad in ("a\0b", "a\nb", "\ud800", "x" * 201)),
]


def test_what_makes_no_order_is_refused_and_nothing_of_it_is_ordered(desk: Desk) -> None:
    case = desk.confirmed()
    with untouched():
        for given, reason in BAD:
            found = desk.program.says(of(case, "orders"), given)
            assert (given, found) == (given, (400, 3000, reason))
    desk.program.made(of(case, "orders"), {"lineItems": [LINE] * 200})
    assert len(bought(case)) == 200
