"""Service accounts vouch for a true employee, who goes on record beside them."""

from typing import Any

import pytest
from flask import Flask

from tests.channel import Case
from tests.model import reading
from tests.web.v1.conftest import Desk
from tests.web.v1.programs import (
    Refusal,
    account,
    confirmation,
    of,
    program,
    refusal,
    untouched,
)

LIST = "/v1/attestationdrafts"
MISSING: Refusal = (400, 3000, "missing-field")
BILLING = "Ana Lind <ana@fabrikam.example>"


def sealed(case: Case) -> dict[str, str]:
    """The personal values of the newest record, by name."""
    *_, record = reading.assert_chain_is_sound(case.machine.id)
    values = reading.personal(case.machine.id)
    return {name: values[commitment]["value"] for name, commitment in record["sealed"].items()}


@pytest.mark.parametrize("given", [BILLING, {"name": "Ana Lind", "email": "ana@fabrikam.example"}])
def test_a_service_account_vouches_for_the_true_employee_who_goes_on_record(app: Flask, desk: Desk, given: Any) -> None:
    row, case = account(desk.fabrikam), desk.customer()
    found = program(app, row).made(of(case, "agreements"), confirmation(onBehalfOf=given))
    assert found["userId"] == str(row.id)
    assert sealed(case)["onBehalfOf"] == BILLING
    assert sealed(case)["actorName"] == "billing"
    actor = reading.chain(case.machine.id)[-1]["actor"]
    assert actor == {"kind": "staff", "id": str(row.id), "role": "admin-agent", "method": "api-token"}


def test_a_service_account_that_names_nobody_cannot_vouch_prepare_or_approve(app: Flask, desk: Desk) -> None:
    who, case = program(app, account(desk.fabrikam)), desk.customer()
    draft = desk.program.made(of(desk.customer(), "attestationdrafts"), confirmation())["id"]
    with untouched():
        for where in (of(case, "agreements"), of(case, "attestationdrafts"), f"{LIST}/{draft}/approve"):
            found = who.post(where, confirmation())
            assert refusal(found) == MISSING, where
            assert (found.json or {})["description"] == "Fill in onBehalfOf."
    assert who.made(f"{LIST}/{draft}/approve", {"onBehalfOf": BILLING}, 200)["decidedBy"] == BILLING
    assert who.made(of(case, "attestationdrafts"), confirmation(onBehalfOf=BILLING))["preparedBy"] == BILLING


NOBODY = [
    ("", "missing-field"),
    ("Ana Lind", "missing-field"),
    ("ana@fabrikam.example", "missing-field"),
    ("<ana@fabrikam.example>", "missing-field"),
    ("Ana Lind <>", "missing-field"),
    ("Ana Lind <ana>", "invalid-email"),
    ("Ana\nLind <ana@fabrikam.example>", "invalid-text"),
    ("Ana Lind <ana@fabrikam.example> <eve@evil.example>", "missing-field"),
    ({}, "missing-field"),
    ({"name": "Ana Lind"}, "missing-field"),
    ({"email": "ana@fabrikam.example"}, "missing-field"),
    ({"name": "Ana Lind", "email": "ana"}, "invalid-email"),
    ({"name": "Ana\0Lind", "email": "ana@fabrikam.example"}, "invalid-text"),
    ({"name": 7, "email": "ana@fabrikam.example"}, "invalid-value"),
    (7, "invalid-value"),
    ([BILLING], "invalid-value"),
]


def test_the_true_employee_has_a_name_and_a_mailbox(app: Flask, desk: Desk) -> None:
    who, case = program(app, account(desk.fabrikam)), desk.customer()
    with untouched():
        for given, reason in NOBODY:
            found = who.says(of(case, "agreements"), confirmation(onBehalfOf=given))
            assert (given, found) == (given, (400, 3000, reason))


def test_a_person_may_name_another_for_whom_a_shared_account_stands(desk: Desk) -> None:
    case = desk.customer()
    desk.program.made(of(case, "agreements"), confirmation(onBehalfOf="Eva Lund <eva@fabrikam.example>"))
    assert sealed(case)["onBehalfOf"] == "Eva Lund <eva@fabrikam.example>"
    assert sealed(case)["actorName"] == "Ana Lind"
