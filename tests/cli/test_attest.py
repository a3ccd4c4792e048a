"""`assent attest`, `withdraw`: the partner's word."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.terminal import Terminal, attestation

UNKNOWN = str(uuid.uuid4())


def last_record(terminal: Terminal, customer: str) -> tuple[dict[str, str], dict[str, object]]:
    """The newest record's facts, and the sealed values beside it."""
    machine = terminal.row("machine", customer_id=uuid.UUID(customer))
    record = terminal.row("record", machine_id=machine.id, number=machine.number)
    sealed = {row.name: row.value for row in terminal.rows("sealed_value") if row.record_id == record.id}
    return json.loads(record.body)["facts"], sealed


def test_an_attestation_is_answered_by_the_status(terminal: Terminal) -> None:
    by, customer = terminal.ana, terminal.tenant()
    found = terminal.json(*attestation(customer, by, phone="+46 8 1"))
    assert (found["state"], found["confirmed"], found["sequence"]) == ("partner-attested", True, 2)
    assert (found["method"], found["assurance"]) == ("attested", "attested")
    person = {"firstName": "Maria", "lastName": "Ek", "email": "maria@contoso.example", "phoneNumber": "+46 8 1"}
    assert found["primaryContact"] == person
    assert terminal.json("status", customer) == found


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-01-31", "2026-01-31T00:00:00.000Z"),
        ("2026-01-31T09:30:15", "2026-01-31T09:30:15.000Z"),
        ("2026-01-31T09:30:15Z", "2026-01-31T09:30:15.000Z"),
        ("2026-01-31T00:30+02:00", "2026-01-30T22:30:00.000Z"),
    ],
)
def test_a_bare_day_begins_at_midnight_utc(terminal: Terminal, given: str, kept: str) -> None:
    by, customer = terminal.ana, terminal.tenant()
    assert terminal.json(*attestation(customer, by, date=given))["dateAgreed"] == kept
    assert last_record(terminal, customer)[0]["statedDate"] == kept


@pytest.mark.parametrize(
    "given", ["yesterday", "2026-02-30", "31.1.2026", "2026-01-31 09:30", "0001-01-01T00:00+14:00"]
)
def test_a_date_that_is_none_is_misuse(desk: Terminal, given: str) -> None:
    assert "is not a day such as 2026-11-20" in desk.misused(*attestation(UNKNOWN, "a@b.example", date=given))


def test_the_date_may_run_ahead_of_our_clock_by_five_minutes(terminal: Terminal) -> None:
    by, customer = terminal.ana, terminal.tenant()
    ahead = (datetime.now(UTC) + timedelta(minutes=10)).isoformat(timespec="seconds")
    assert terminal.refused(*attestation(customer, by, date=ahead)) == "date-in-future"
    skewed = (datetime.now(UTC) + timedelta(minutes=3)).isoformat(timespec="seconds")
    assert terminal.json(*attestation(customer, by, date=skewed))["confirmed"] is True


def test_the_true_employee_is_sealed_and_never_stands_in_the_record(terminal: Terminal) -> None:
    by, customer = terminal.ana, terminal.tenant()
    terminal.json(*attestation(customer, by), "--on-behalf-of", "Bo Ek <bo@fabrikam.example>")
    facts, sealed = last_record(terminal, customer)
    assert sealed["onBehalfOf"] == "Bo Ek <bo@fabrikam.example>"
    assert "actorName" in sealed
    assert "Bo" not in json.dumps(facts)
    machine = terminal.row("machine", customer_id=uuid.UUID(customer))
    assert "bo@fabrikam" not in terminal.row("record", machine_id=machine.id, number=2).body


@pytest.mark.parametrize(
    "named", ["Bo", "bo@fabrikam.example", "Bo <bo>", "<bo@fabrikam.example>", "A <b@c.example> D"]
)
def test_on_behalf_of_names_a_person_and_a_mailbox(desk: Terminal, named: str) -> None:
    words = [*attestation(UNKNOWN, "a@b.example"), "--on-behalf-of", named]
    assert 'give it as "Name <mail@example.com>"' in desk.misused(*words)


def test_a_person_is_confirmed_once_and_corrected_by_another(terminal: Terminal) -> None:
    by, customer = terminal.ana, terminal.tenant()
    terminal.json(*attestation(customer, by))
    assert terminal.refused(*attestation(customer, by)) == "already-confirmed"
    assert terminal.refused(*attestation(customer, by, date="2026-02-01")) == "already-confirmed"
    found = terminal.json(*attestation(customer, by, first_name="Eva"))
    assert (found["state"], found["sequence"]) == ("partner-attested", 3)
    assert found["primaryContact"]["firstName"] == "Eva"


def test_a_person_whose_confirmation_was_withdrawn_can_be_confirmed_anew(terminal: Terminal) -> None:
    by, customer = terminal.ana, terminal.tenant()
    terminal.json(*attestation(customer, by))
    terminal.json("withdraw", customer, "--reason", "by phone", "--as", by)
    assert terminal.json(*attestation(customer, by))["state"] == "partner-attested"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"first_name": ""}, "missing-field"),
        ({"last_name": "E\x00k"}, "invalid-text"),
        ({"last_name": "E\nk"}, "invalid-text"),
        ({"email": "maria at contoso.example"}, "invalid-email"),
        ({"phone": "12"}, "invalid-phone"),
        ({"on_behalf_of": "Bo\n<bo@fabrikam.example>"}, "invalid-text"),
        ({"on_behalf_of": ""}, "missing-field"),
    ],
)
def test_an_attestation_that_cannot_be_is_refused(desk: Terminal, changes: dict[str, str], reason: str) -> None:
    by, customer = desk.ana, desk.tenant()
    assert desk.refused(*attestation(customer, by, **changes)) == reason


@pytest.mark.parametrize("role", ["helpdesk-agent", "global-admin"])
def test_vouching_and_withdrawing_need_a_role_that_may(terminal: Terminal, role: str) -> None:
    partner = terminal.fabrikam
    customer = terminal.tenant(partner)
    assert terminal.refused(*attestation(customer, terminal.staff(partner, role))) == "role-not-allowed"
    terminal.json(*attestation(customer, terminal.staff(partner, "sales-agent")))
    by = terminal.staff(partner, role)
    assert terminal.refused("withdraw", customer, "--reason", "-", "--as", by) == "role-not-allowed"


def test_an_unknown_customer_and_a_foreign_one_are_the_same_line(terminal: Terminal) -> None:
    by, foreign = terminal.ana, terminal.tenant(terminal.partner())
    for words in (lambda id: attestation(id, by), lambda id: ["withdraw", id, "--reason", "-", "--as", by]):
        assert {terminal.refused(*words(id)) for id in (foreign, UNKNOWN)} == {"not-found"}
        assert len({terminal(*words(id)).err for id in (foreign, UNKNOWN)}) == 1


def test_a_withdrawal_ends_the_acceptance_and_owes_the_cancelling(terminal: Terminal) -> None:
    by, customer = terminal.ana, terminal.tenant()
    terminal.json(*attestation(customer, by))
    found = terminal.json("withdraw", customer, "--reason", "asked by phone", "--as", by)
    assert (found["state"], found["confirmed"], found["sequence"]) == ("unconfirmed", False, 3)
    assert (found["method"], found["dateAgreed"], found["primaryContact"]) == (None, None, None)
    machine = terminal.row("machine", customer_id=uuid.UUID(customer))
    assert terminal.row("task", machine_id=machine.id).kind == "cancel-subscriptions"
    assert last_record(terminal, customer)[1]["reason"] == "asked by phone"
    assert terminal.refused("withdraw", customer, "--reason", "again", "--as", by) == "wrong-state"


@pytest.mark.parametrize(
    ("reason", "refusal"), [("", "missing-field"), ("a\nb", "invalid-text"), ("x" * 1001, "invalid-text")]
)
def test_a_withdrawal_has_a_reason_of_one_line(desk: Terminal, reason: str, refusal: str) -> None:
    by, customer = desk.ana, desk.tenant()
    desk.json(*attestation(customer, by))
    assert desk.refused("withdraw", customer, f"--reason={reason}", "--as", by) == refusal


def test_nothing_can_be_withdrawn_that_was_not_given(terminal: Terminal) -> None:
    by, customer = terminal.ana, terminal.tenant()
    assert terminal.refused("withdraw", customer, "--reason", "-", "--as", by) == "wrong-state"
    assert "unconfirmed" in terminal("withdraw", customer, "--reason", "-", "--as", by).err
    terminal.json("invite", customer, "--as", by)
    assert terminal.refused("withdraw", customer, "--reason", "-", "--as", by) == "wrong-state"
