"""`POST /v1/customers/{id}/agreements`: the partner's word, on the vendor's route."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.core.evidence import stamp
from app.core.vocabulary import PartnerType
from tests.channel import Case, company, customer
from tests.model import reading
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import (
    CLOUD,
    EVA,
    MARIA,
    MCA,
    MCA_TEMPLATE,
    NOT_FOUND,
    NOT_SIGNED_IN,
    UNKNOWN,
    Program,
    confirmation,
    of,
    refusal,
    untouched,
)


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
