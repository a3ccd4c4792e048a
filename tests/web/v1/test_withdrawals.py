"""`POST /v1/customers/{id}/withdrawals` and `/purchases`: what is said of a customer's past."""

from typing import Any

import pytest

from app.core.vocabulary import Role
from tests.channel import tasks
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import CLOUD, NO_ROLE, NOT_FOUND, UNKNOWN, confirmation, of, question, untouched

WHY = {"reason": "asked by phone"}
BOUGHT = {"kind": "azure-plan", "date": "2025-03-01"}
BODIES = {"withdrawals": WHY, "purchases": BOUGHT}


def test_a_withdrawal_ends_the_confirmation_and_opens_a_task(desk: Desk) -> None:
    case = desk.confirmed()
    found = desk.program.made(of(case, "withdrawals"), WHY)
    assert (found["state"], found["confirmed"], found["primaryContact"]) == ("unconfirmed", False, None)
    assert [kind for kind, *_ in tasks(case.machine)] == ["cancel-subscriptions"]
    assert desk.program.made("/v1/eligibility", question(case), 200)["decision"] == "deny"
    assert desk.program.refused(of(case, "withdrawals"), WHY) == (409, 2000, "wrong-state")


def test_what_was_never_confirmed_is_not_withdrawn(desk: Desk) -> None:
    case = desk.customer()
    assert desk.program.refused(of(case, "withdrawals"), WHY) == (409, 2000, "wrong-state")
    assert desk.program.refused(of(case, "withdrawals"), WHY | {"agreementType": CLOUD}) == NOT_FOUND


def test_purchases_elsewhere_bar_a_customer_from_accepting_by_itself(desk: Desk) -> None:
    case = desk.customer()
    renewed = desk.program.made(of(case, "purchases"), {"kind": "auto-renewal", "date": "2025-03-01T10:00:00Z"})
    assert renewed["state"] == "unconfirmed"
    desk.program.made(of(case, "invitations"), {"kind": "agreement"})
    desk.program.made(of(case, "purchases"), BOUGHT)
    assert desk.program.refused(of(case, "invitations"), {"kind": "agreement"})[2] == "direct-acceptance-unavailable"


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("withdrawals", {"reason": None}, "missing-field"),
    ("withdrawals", {"reason": "two\nlines"}, "invalid-text"),
    ("withdrawals", {"reason": "x" * 1001}, "invalid-text"),
    ("withdrawals", {"agreementType": "Mca"}, "unknown-agreement-type"),
    ("purchases", {"kind": None}, "missing-field"),
    ("purchases", {"kind": "beer"}, "invalid-value"),
    ("purchases", {"date": None}, "missing-field"),
    ("purchases", {"date": "yesterday"}, "invalid-value"),
    ("purchases", {"date": "2999-01-01"}, "date-in-future"),
]


def test_what_makes_no_sense_is_named_and_leaves_no_trace(desk: Desk) -> None:
    case = desk.confirmed()
    with untouched():
        for what, changes, reason in BAD:
            assert desk.program.says(of(case, what), BODIES[what] | changes) == (400, 3000, reason), changes


@pytest.mark.parametrize("what", BODIES)
def test_who_may_not(desk: Desk, chain: Chain, what: str) -> None:
    body = BODIES[what]
    assert desk.colleague(Role.HELPDESK_AGENT).refused(of(desk.confirmed(), what), body) == NO_ROLE
    for where in (of(chain.case, what), f"/v1/customers/{UNKNOWN}/{what}"):
        assert desk.program.refused(where, body) == NOT_FOUND
    chain.pia.made(of(chain.case, "agreements"), confirmation())
    assert chain.rita.refused(of(chain.case, what), body) == (403, 1002, "wrong-partner-type")
