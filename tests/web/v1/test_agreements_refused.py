"""`POST /v1/customers/{id}/agreements`: who may not confirm, and what makes no confirmation."""

from typing import Any

import pytest
from flask import Flask

from app.auth import acts
from app.commands import acceptances, partners
from app.core.lifecycle import State
from app.core.vocabulary import Cloud, Role
from tests.channel import Case, Channel, customer, done, hire
from tests.model import reading
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import (
    BASE,
    CLOUD,
    CLOUD_TEMPLATE,
    MARIA,
    MCA,
    MCA_TEMPLATE,
    NO_ROLE,
    UNKNOWN,
    Refusal,
    confirmation,
    of,
    program,
    refusal,
    untouched,
)

MISSING = (400, 3000, "missing-field")
NOT_OFFERED = (400, 3000, "unknown-agreement-type")
NOT_A_VALUE = (400, 3000, "invalid-value")


def attested(case: Case) -> dict[str, Any]:
    """The newest record of a chain that is sound."""
    *_, record = reading.assert_chain_is_sound(case.machine.id)
    assert record["event"] == "attest"
    return record


# Who may


@pytest.mark.parametrize("role", [Role.HELPDESK_AGENT, Role.GLOBAL_ADMIN])
def test_for_a_blocked_customer_more_roles_may_vouch(desk: Desk, role: Role) -> None:
    case, who = desk.customer(), desk.colleague(role)
    assert who.refused(of(case, "agreements"), confirmation()) == NO_ROLE
    done(acceptances.report_refusal, acts.console(), case.machine, 1)
    who.made(of(case, "agreements"), confirmation())
    assert attested(case)["before"] == State.BLOCKED


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("blocked", [False, True])
def test_a_reseller_cannot_attest_and_is_shown_the_way_there_is(
    app: Flask, channel: Channel, role: Role, blocked: bool
) -> None:
    case, rita = channel.customer(), program(app, hire(channel.reseller, role))
    if blocked:
        done(acceptances.report_refusal, acts.console(), case.machine, 1)
    with untouched():
        found = rita.post(of(case, "agreements"), confirmation())
    assert refusal(found) == (403, 1002, "reseller-cannot-attest")
    assert found.json
    assert found.json["next"] == {
        "action": "submit-draft",
        "owner": "reseller",
        "url": f"{BASE}{of(case, 'attestationdrafts')}",
    }


def test_a_reseller_that_says_for_whom_it_acts_is_a_reseller_all_the_same(chain: Chain) -> None:
    given = confirmation(onBehalfOf="Pia Berg <pia@tailspin.example>", userId=str(chain.channel.pia.id))
    assert chain.rita.refused(of(chain.case, "agreements"), given) == (403, 1002, "reseller-cannot-attest")


def test_where_two_have_to_be_asked_one_is_shown_how_to_prepare(desk: Desk) -> None:
    case = desk.customer()
    done(partners.require_two, acts.console(), desk.fabrikam, True)
    found = desk.program.post(of(case, "agreements"), confirmation())
    assert refusal(found) == (403, 900150, "second-person-needed")
    prepare = {"action": "submit-draft", "owner": "partner", "url": f"{BASE}{of(case, 'attestationdrafts')}"}
    assert found.json
    assert found.json["next"] == prepare
    draft = desk.program.made(prepare["url"], confirmation())
    approve = f"/v1/attestationdrafts/{draft['id']}/approve"
    found = desk.program.post(approve, {})
    assert refusal(found) == (403, 900150, "second-person-needed")
    assert found.json
    assert found.json["next"] == {"action": "approve-draft", "owner": "partner", "url": f"{BASE}{approve}"}
    desk.colleague(Role.ADMIN_AGENT).made(f"{BASE}{approve}", {}, 200)
    assert desk.program.get(of(case, "acceptance"))["confirmed"] is True


# Bad input, wrong state

BAD: list[tuple[dict[str, Any], Refusal, str]] = [
    ({"templateId": None, "type": None}, MISSING, "templateId"),
    ({"templateId": "", "type": ""}, MISSING, "templateId"),
    ({"templateId": UNKNOWN}, (400, 3000, "unknown-template"), "template"),
    ({"templateId": MCA_TEMPLATE.upper()}, (400, 3000, "unknown-template"), "template"),
    ({"templateId": "no id", "type": None}, (400, 3000, "unknown-template"), "template"),
    ({"templateId": None, "type": "microsoftcustomeragreement"}, NOT_OFFERED, "agreement"),
    ({"templateId": None, "type": "*"}, NOT_OFFERED, "agreement"),
    ({"templateId": CLOUD_TEMPLATE, "type": None}, NOT_OFFERED, "agreement"),
    ({"templateId": CLOUD_TEMPLATE, "type": MCA}, NOT_OFFERED, "agreement"),
    ({"templateId": None, "type": CLOUD}, NOT_OFFERED, "agreement"),
    ({"dateAgreed": None}, MISSING, "dateAgreed"),
    ({"dateAgreed": ""}, MISSING, "dateAgreed"),
    ({"dateAgreed": "yesterday"}, NOT_A_VALUE, "dateAgreed"),
    ({"dateAgreed": "31/01/2026"}, NOT_A_VALUE, "dateAgreed"),
    ({"dateAgreed": "2026-02-29"}, NOT_A_VALUE, "dateAgreed"),
    ({"dateAgreed": "2026-01-31T25:00:00Z"}, NOT_A_VALUE, "dateAgreed"),
    ({"dateAgreed": "2026-01-31T09:30:00 UTC"}, NOT_A_VALUE, "dateAgreed"),
    ({"dateAgreed": "２０２６-01-31"}, NOT_A_VALUE, "dateAgreed"),
    ({"dateAgreed": "0001-01-01T00:00:00+14:00"}, NOT_A_VALUE, "dateAgreed"),
    ({"dateAgreed": 1769817600}, NOT_A_VALUE, "dateAgreed"),
    ({"primaryContact": None}, MISSING, "primaryContact"),
    ({"primaryContact": "Maria Ek"}, NOT_A_VALUE, "primaryContact"),
    ({"primaryContact": {}}, MISSING, "firstName"),
    ({"primaryContact": MARIA | {"lastName": " "}}, MISSING, "lastName"),
    ({"primaryContact": MARIA | {"email": None}}, MISSING, "email"),
    ({"primaryContact": MARIA | {"email": "maria"}}, (400, 3000, "invalid-email"), "email"),
    ({"primaryContact": MARIA | {"phoneNumber": "call me"}}, (400, 3000, "invalid-phone"), "phone"),
    ({"primaryContact": MARIA | {"firstName": "Maria\r\nBcc: x"}}, (400, 3000, "invalid-text"), "firstName"),
]


def test_what_makes_no_confirmation_is_named_and_leaves_no_trace(desk: Desk) -> None:
    case = desk.customer()
    with untouched():
        for changes, expected, says in BAD:
            found = desk.program.post(of(case, "agreements"), confirmation(**changes))
            assert (changes, refusal(found)) == (changes, expected)
            assert found.json
            assert says in found.json["description"]
            assert "{" not in found.json["description"]


def test_a_customer_in_a_national_cloud_is_refused(desk: Desk) -> None:
    for cloud in set(Cloud) - {Cloud.PUBLIC}:
        case = customer(desk.fabrikam, cloud=cloud)
        with untouched():
            found = desk.program.post(of(case, "agreements"), confirmation())
        assert refusal(found) == (409, 2000, "national-cloud-unsupported")
        assert cloud in (found.json or {})["description"]
