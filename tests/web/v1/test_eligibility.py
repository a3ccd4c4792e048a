"""`POST /v1/eligibility`: may this customer transact, and if not, who must do what?"""

from datetime import date
from typing import Any

import pytest
from flask import Flask

from app.auth import acts
from app.commands import acceptances, customers, invitations
from app.commands.invitations import Ask
from app.core.vocabulary import (
    Authority,
    Cloud,
    InvitationKind,
    Operation,
    PartnerType,
    PurchaseKind,
    RelationshipState,
    Role,
)
from app.models import Partner, Relationship
from tests import channel as channels
from tests.channel import Case, company, customer, done
from tests.rows import change
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import (
    BASE,
    MCA,
    NO_ROLE,
    NOT_SIGNED_IN,
    UNKNOWN,
    Program,
    confirmation,
    of,
    program,
    question,
    untouched,
)

GATE = "/v1/eligibility"


def ruled(answer: dict[str, Any]) -> tuple[str, list[str]]:
    return answer["decision"], [rule["id"] for rule in answer["rules"]]


# One question


def test_a_customer_that_accepted_may_order(desk: Desk) -> None:
    case = desk.confirmed()
    found = desk.program.made(GATE, question(case), 200)
    assert found == {
        "customerId": str(case.machine.customer_id),
        "decision": "allow",
        "rules": [
            {
                "id": "mca-only-2020-02-01",
                "from": "2020-02-01T00:00:00.000Z",
                "text": "Only the Microsoft Customer Agreement counts, also for customers who had accepted the Cloud "
                "Agreement.",
                "source": "S0 S4",
            }
        ],
        "authority": "local",
        "warnings": [],
    }


def test_a_customer_that_did_not_may_not_and_the_answer_says_who_must_do_what(desk: Desk) -> None:
    case = desk.customer()
    found = desk.program.made(GATE, question(case), 200)
    assert ruled(found) == ("deny", ["mca-only-2020-02-01"])
    assert (found["reason"], found["agreementType"]) == ("agreement-required", MCA)
    assert found["next"] == {"action": "invite", "owner": "partner", "url": f"{BASE}{of(case, 'invitations')}"}


@pytest.mark.parametrize("operation", Operation)
def test_an_automatic_renewal_is_never_held_up_and_all_else_is(desk: Desk, operation: Operation) -> None:
    found = desk.program.made(GATE, question(desk.customer(), operation), 200)
    expected = ("allow", ["auto-renewal-exempt"]) if operation is Operation.AUTO_RENEWAL else ("deny", None)
    assert ruled(found) == (expected[0], expected[1] or ["mca-only-2020-02-01"])


def test_asking_changes_nothing(desk: Desk) -> None:
    case = desk.customer()
    with untouched():
        for more in ({}, {"asOf": "2019-01-01"}, {"asOf": "2099-01-01"}):
            desk.program.made(GATE, question(case, **more), 200)
        desk.program.made(GATE, {"questions": [question(case)] * 3}, 200)


# What comes next: the action, its owner and a link that leads somewhere


def invited(case: Case) -> None:
    what = Ask(InvitationKind.AGREEMENT, case.relationship.contact, "en")
    done(invitations.invite, acts.console(), case.machine, case.relationship, what, case.rules)


def blocked(case: Case) -> None:
    done(acceptances.report_refusal, acts.console(), case.machine, 1)


def bought(case: Case) -> None:
    done(customers.record_purchase, acts.console(), case.relationship, PurchaseKind.OFFER, date(2025, 3, 1))


def four_eyes(case: Case) -> None:
    change(Partner, Partner.id == case.relationship.partner_id, four_eyes=True)
    blocked(case)


@pytest.mark.parametrize(
    ("before", "action", "owner", "leads"),
    [
        (invited, "accept", "customer", "invitations"),
        (blocked, "attest", "partner", "agreements"),
        (bought, "attest", "partner", "agreements"),
        (four_eyes, "submit-draft", "partner", "attestationdrafts"),
    ],
)
def test_what_comes_next_depends_on_where_the_agreement_stands(
    desk: Desk, before: Any, action: str, owner: str, leads: str
) -> None:
    case = desk.customer()
    before(case)
    found = desk.program.made(GATE, question(case), 200)
    assert found["next"] == {"action": action, "owner": owner, "url": f"{BASE}{of(case, leads)}"}
    assert desk.program.post(found["next"]["url"], confirmation(kind="agreement", force=True)).status_code == 201


def test_in_the_channel_it_is_the_resellers_move_and_then_the_providers(chain: Chain) -> None:
    case = chain.case
    steps = [("invite", "reseller", of(case, "invitations"))]
    steps += [("submit-draft", "reseller", of(case, "attestationdrafts"))]
    steps += [("approve-draft", "provider", "/v1/attestationdrafts?status=submitted")]
    for number, (action, owner, leads) in enumerate(steps):
        if number == 1:
            blocked(case)
        for side in (chain.rita, chain.pia):
            following = side.made(GATE, question(case), 200)["next"]
            assert following == {"action": action, "owner": owner, "url": f"{BASE}{leads}"}
        if number == 1:
            chain.rita.made(following["url"], confirmation())
    [draft] = chain.pia.get(following["url"])["items"]
    chain.pia.made(f"/v1/attestationdrafts/{draft['id']}/approve", {}, 200)
    assert chain.rita.made(GATE, question(case), 200)["decision"] == "allow"


def test_where_nothing_helps_there_is_no_next(desk: Desk) -> None:
    case = customer(desk.fabrikam, cloud=Cloud.GERMANY)
    found = desk.program.made(GATE, question(case), 200)
    assert (ruled(found), found["reason"]) == (("deny", ["national-clouds-2018-08-07"]), "national-cloud-unsupported")
    assert "next" not in found


def test_a_relationship_that_ended_is_begun_anew(desk: Desk) -> None:
    case = desk.confirmed()
    change(Relationship, Relationship.id == case.relationship.id, state=RelationshipState.REMOVED)
    found = desk.program.made(GATE, question(case), 200)
    assert (found["decision"], found["reason"]) == ("deny", "no-relationship")
    assert (found["next"]["action"], found["next"]["owner"]) == ("add-customer", "partner")


def test_where_the_vendors_portal_is_the_authority_nobody_here_knows(desk: Desk) -> None:
    case = desk.confirmed()
    change(Partner, Partner.id == desk.fabrikam.id, authority=Authority.MIRROR)
    found = desk.program.made(GATE, question(case), 200)
    assert (found["decision"], found["reason"], found["authority"]) == ("unknown", "not-forwarded", "mirror")


# Not signed in, somebody else's, unknown, bad input


def test_without_a_token_nothing_is_answered(app: Flask, desk: Desk) -> None:
    assert Program(app).refused(GATE, question(desk.customer())) == NOT_SIGNED_IN


def test_somebody_elses_customer_is_as_unknown_as_one_that_is_not_there(app: Flask, desk: Desk, chain: Chain) -> None:
    other = program(app, channels.hire(company("Adventure", PartnerType.RESELLER, chain.channel.provider)))
    theirs, nobodys = question(chain.case), question(chain.case) | {"customerId": UNKNOWN}
    found = [who.post(GATE, given).json for who in (desk.program, other) for given in (theirs, nobodys)]
    assert (found[0] or {})["reason"] == "not-found"
    assert found == [found[0]] * 4


def test_a_role_that_sees_no_customers_is_told_nothing_of_them(desk: Desk) -> None:
    asked = question(desk.customer())
    for role in (Role.HELPDESK_AGENT, Role.GLOBAL_ADMIN):
        assert desk.colleague(role).says(GATE, asked) == NO_ROLE


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"customerId": None}, "missing-field", "customerId"),
    ({"customerId": "x"}, "invalid-value", "customerId"),
    ({"customerId": 7}, "invalid-value", "customerId"),
    ({"operation": None}, "missing-field", "operation"),
    ({"operation": "purchase"}, "invalid-value", "new-purchase, seat-change, renewal, auto-renewal"),
    ({"operation": "New-Purchase"}, "invalid-value", "operation"),
    ({"channel": "fax"}, "invalid-value", "dashboard, api, sdk"),
    ({"environment": "test"}, "invalid-value", "production, sandbox"),
    ({"offerId": 7}, "invalid-value", "offerId"),
    ({"offerId": "x" * 201}, "invalid-text", "offerId"),
    ({"asOf": "soon"}, "invalid-value", "asOf"),
    ({"asOf": "2026-02-30"}, "invalid-value", "asOf"),
    ({"asOf": 2026}, "invalid-value", "asOf"),
    ({"asOf": "9999-12-31T23:59:59-01:00"}, "invalid-value", "asOf"),
    ({"questions": {}}, "invalid-value", "questions"),
    ({"questions": "all"}, "invalid-value", "questions"),
    ({"questions": [None]}, "invalid-value", "questions"),
    ({"questions": [[]]}, "invalid-value", "questions"),
    ({"questions": [{}]}, "missing-field", "questions[0].customerId"),
]


def test_a_question_that_makes_no_sense_is_refused_by_the_member_it_lies_in(desk: Desk) -> None:
    case = desk.customer()
    for changes, reason, says in BAD:
        found = desk.program.post(GATE, question(case) | changes)
        assert (changes, found.status_code, (found.json or {})["reason"]) == (changes, 400, reason)
        assert says in (found.json or {})["description"]
