"""`POST /v1/customers/{id}/agreements`: the partner's word, on the vendor's route."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.auth import acts
from app.commands import acceptances, partners
from app.core.evidence import stamp
from app.core.lifecycle import State
from app.core.vocabulary import Cloud, PartnerType, Role
from tests.channel import Case, Channel, company, customer, done, hire
from tests.model import reading
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import (
    BASE,
    CLOUD,
    CLOUD_TEMPLATE,
    EVA,
    MARIA,
    MCA,
    MCA_TEMPLATE,
    NO_ROLE,
    NOT_FOUND,
    NOT_SIGNED_IN,
    UNKNOWN,
    Program,
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


def personal(case: Case) -> dict[str, str]:
    values = reading.personal(case.machine.id)
    return {name: values[commitment]["value"] for name, commitment in attested(case)["sealed"].items()}


# Works


def test_a_confirmation_is_answered_as_the_vendor_does_and_goes_on_record(desk: Desk) -> None:
    case = desk.customer()
    found = desk.program.made(of(case, "agreements"), confirmation())
    assert found == {
        "userId": str(desk.ana.id),
        "primaryContact": MARIA,
        "templateId": MCA_TEMPLATE,
        "dateAgreed": "2026-01-31T00:00:00.000Z",
        "type": MCA,
    }
    record = attested(case)
    assert (record["before"], record["after"]) == ("unconfirmed", "partner-attested")
    assert record["actor"] == {"kind": "staff", "id": str(desk.ana.id), "role": "admin-agent", "method": "api-token"}
    assert record["facts"]["statedDate"] == "2026-01-31T00:00:00.000Z"
    assert MARIA.items() <= personal(case).items()
    assert personal(case)["ip"] == "127.0.0.1"


def test_members_are_read_in_any_case_with_nulls_and_others_ignored(desk: Desk) -> None:
    """As the vendor's .NET and Java clients send them."""
    case = desk.customer()
    given = {
        "UserId": "someone else",
        "PrimaryContact": {"FirstName": "Maria", "LastName": "Ek", "Email": MARIA["email"], "PhoneNumber": None},
        "TemplateId": MCA_TEMPLATE,
        "DateAgreed": "2026-01-31T09:30:00.1234567",
        "Type": None,
        "AgreementLink": None,
        "Attributes": {"ObjectType": "Agreement"},
        "unheard-of": [{"\ud800": "\0"}],
    }
    found = desk.program.made(of(case, "agreements"), given)
    assert (found["userId"], found["type"]) == (str(desk.ana.id), MCA)
    assert found["primaryContact"] == {name: value for name, value in MARIA.items() if name != "phoneNumber"}
    assert found["dateAgreed"] == "2026-01-31T09:30:00.123Z"


@pytest.mark.parametrize(
    ("template", "named"),
    [(MCA_TEMPLATE, MCA), (MCA_TEMPLATE, None), (MCA_TEMPLATE, CLOUD), (MCA_TEMPLATE, "MCA"), (None, MCA), ("", MCA)],
)
def test_the_template_decides_which_agreement_it_is_and_else_the_name(
    desk: Desk, template: str | None, named: str | None
) -> None:
    found = desk.program.made(of(desk.customer(), "agreements"), confirmation(templateId=template, type=named))
    assert (found["templateId"], found["type"]) == (MCA_TEMPLATE, MCA)


DATES = {
    "2026-01-31": "2026-01-31T00:00:00.000Z",
    "2026-01-31T09:30": "2026-01-31T09:30:00.000Z",
    "2026-01-31 09:30:00Z": "2026-01-31T09:30:00.000Z",
    "2026-01-31T09:30:00": "2026-01-31T09:30:00.000Z",
    "2026-01-31T09:30:00.1": "2026-01-31T09:30:00.100Z",
    "2026-01-31T09:30:00.1234567Z": "2026-01-31T09:30:00.123Z",
    "2026-01-31T09:30:00.1234567+01:00": "2026-01-31T08:30:00.123Z",
    "2026-01-31T00:30:00-0930": "2026-01-31T10:00:00.000Z",
    "2026-01-31T00:30:00+14:00": "2026-01-30T10:30:00.000Z",
    "2024-02-29T23:59:59Z": "2024-02-29T23:59:59.000Z",
}


def test_the_date_comes_in_every_form_that_clients_send(desk: Desk) -> None:
    case = desk.customer()
    for number, (given, shown) in enumerate(DATES.items()):
        contact = MARIA | {"firstName": f"Maria {number}"}
        found = desk.program.made(of(case, "agreements"), confirmation(primaryContact=contact, dateAgreed=given))
        assert (given, found["dateAgreed"]) == (given, shown)
        assert desk.program.get(of(case, "acceptance"))["dateAgreed"] == shown


def test_a_clock_that_runs_five_minutes_ahead_is_no_future(desk: Desk) -> None:
    case, now = desk.customer(), datetime.now(UTC)
    for minutes, refused in ((6, True), (60 * 24, True), (4, False)):
        given = confirmation(dateAgreed=stamp(now + timedelta(minutes=minutes)))
        if refused:
            assert desk.program.refused(of(case, "agreements"), given) == (400, 3000, "date-in-future")
        else:
            desk.program.made(of(case, "agreements"), given)
    shown = desk.program.get(of(case, "acceptance"))
    assert shown["confirmed"] is True
    assert shown["dateAgreed"] <= stamp(datetime.now(UTC))


def test_a_confirmation_of_another_person_corrects_the_former(desk: Desk) -> None:
    case = desk.customer()
    for contact in (MARIA, EVA, EVA | {"phoneNumber": "+46 8 999"}):
        desk.program.made(of(case, "agreements"), confirmation(primaryContact=contact))
    assert attested(case)["facts"]["supersedes"] == 3
    assert desk.program.get(of(case, "acceptance"))["primaryContact"]["phoneNumber"] == "+46 8 999"


# The vendor's duplicate


def test_the_same_person_again_is_the_vendors_duplicate_whatever_the_date(desk: Desk) -> None:
    case = desk.customer()
    desk.program.made(of(case, "agreements"), confirmation())
    for given in (confirmation(), confirmation(dateAgreed="2026-02-01T00:00:00Z", type=None)):
        with untouched():
            found = desk.program.post(of(case, "agreements"), given)
        assert refusal(found) == (400, 600061, "already-confirmed")
        body = found.json or {}
        assert body["errorName"] == "PartnerConfirmedAgreementAlreadyExists"
        assert (body["isRetryable"], body["parameters"]) == (False, {})
        assert body["errorMessageExtended"] == "InternalErrorCode=600061"
        assert body["message"] == body["description"]


def test_another_customers_same_person_is_no_duplicate(desk: Desk) -> None:
    for case in (desk.customer(), desk.customer()):
        desk.program.made(of(case, "agreements"), confirmation())


# Not signed in, somebody else's, unknown


def test_without_a_token_nobody_confirms(app: Flask, desk: Desk) -> None:
    assert Program(app).refused(of(desk.customer(), "agreements"), confirmation()) == NOT_SIGNED_IN


def test_somebody_elses_customer_is_as_unknown_as_one_that_is_not_there(desk: Desk, chain: Chain) -> None:
    theirs = customer(company("Northwind", PartnerType.DIRECT_BILL))
    with untouched():
        for where in (of(chain.case, "agreements"), of(theirs, "agreements"), f"/v1/customers/{UNKNOWN}/agreements"):
            assert desk.program.says(where, confirmation()) == NOT_FOUND


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
