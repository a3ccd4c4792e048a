"""`assent dispute`: from a doubt to its answer."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.terminal import Terminal, attestation
from tests.engines import on_sqlite  # noqa: F401

UNKNOWN = str(uuid.uuid4())
WHY = "nobody here agreed"


def attested(terminal: Terminal) -> str:
    customer = terminal.tenant()
    terminal.json(*attestation(customer, terminal.ana))
    return customer


def doubt(customer: str, by: str, reason: str = WHY) -> list[str]:
    return ["dispute", "open", customer, "--reason", reason, "--as", by]


def close(dispute: str, by: str, how: str = "--rejected") -> list[str]:
    return ["dispute", "close", dispute, how, "--reason", "signed order of May 4", "--as", by]


def test_a_dispute_is_answered_by_what_it_is(terminal: Terminal) -> None:
    by, customer = terminal.ana, attested(terminal)
    found = terminal.json(*doubt(customer, by))
    assert (found["customerId"], found["recordNumber"], found["status"]) == (customer, 2, "open")
    assert (found["reason"], found["openedBy"]) == (WHY, f"Ana Lind <{by}>")
    left = datetime.fromisoformat(found["dueAt"]) - datetime.now(UTC)
    assert timedelta(days=13, hours=23) < left <= timedelta(days=14)
    owner = terminal.row("staff", email=by).id
    assert terminal.row("dispute", id=uuid.UUID(found["id"])).owner_id == owner


def test_while_it_is_open_the_gate_warns(desk: Terminal) -> None:
    by, customer = desk.ana, attested(desk)
    assert desk.json("eligibility", customer)["warnings"] == []
    dispute = desk.json(*doubt(customer, by))["id"]
    assert desk.json("eligibility", customer)["warnings"] == ["disputed"]
    assert "warning: disputed" in desk("eligibility", customer).out.splitlines()
    desk.json(*close(dispute, by))
    assert desk.json("eligibility", customer)["warnings"] == []


@pytest.mark.parametrize(("how", "confirmed"), [("--upheld", False), ("--rejected", True)])
def test_upheld_the_acceptance_is_withdrawn_and_rejected_it_stands(
    terminal: Terminal, how: str, confirmed: bool
) -> None:
    by, customer = terminal.ana, attested(terminal)
    dispute = terminal.json(*doubt(customer, by))["id"]
    found = terminal.json(*close(dispute, by, how))
    assert (found["status"], found["answer"]) == (how.strip("-"), "signed order of May 4")
    assert terminal.json("status", customer)["confirmed"] is confirmed
    machine = terminal.row("machine", customer_id=uuid.UUID(customer))
    still = [row.kind for row in terminal.rows("task") if row.machine_id == machine.id and row.closed_at is None]
    assert still == ([] if confirmed else ["cancel-subscriptions"])
    assert terminal.refused(*close(dispute, by, how)) == "wrong-state"


def test_one_dispute_at_a_time_and_none_about_nothing(desk: Terminal) -> None:
    by, customer = desk.ana, attested(desk)
    desk.json(*doubt(customer, by))
    assert desk.refused(*doubt(customer, by)) == "already-exists"
    assert desk.refused(*doubt(desk.tenant(), by)) == "wrong-state"


def test_what_is_open_is_listed(desk: Terminal) -> None:
    partner = desk.partner()
    by, customer = desk.staff(partner), desk.tenant(partner)
    assert desk("dispute", "list", "--as", by).out == "No disputes.\n"
    desk.json(*attestation(customer, by))
    dispute = desk.json(*doubt(customer, by))
    assert desk.json("dispute", "list", "--as", by) == {"items": [dispute], "totalCount": 1}
    line = desk("dispute", "list", "--status", "open", "--as", by).out
    assert line.startswith(f"{dispute['id']}  open, due {dispute['dueAt'][:10]}  customer {customer}  {WHY}")
    desk.json(*close(dispute["id"], by))
    assert desk.json("dispute", "list", "--status", "open", "--as", by)["totalCount"] == 0
    assert desk.json("dispute", "list", "--status", "rejected", "--as", by)["totalCount"] == 1


def test_a_foreign_dispute_and_an_unknown_one_are_the_same_line(desk: Terminal) -> None:
    dispute = desk.json(*doubt(attested(desk), desk.ana))["id"]
    stranger = desk.staff(desk.partner())
    assert {desk.refused(*close(id, stranger)) for id in (dispute, UNKNOWN)} == {"not-found"}
    assert len({desk(*close(id, stranger)).err for id in (dispute, UNKNOWN)}) == 1
    assert desk.json("dispute", "list", "--as", stranger)["totalCount"] == 0


def test_a_reseller_doubts_and_its_provider_answers(desk: Terminal) -> None:
    provider = desk.partner("indirect-provider")
    reseller = desk.partner("indirect-reseller", "--provider", provider)
    ours, theirs, customer = desk.staff(provider), desk.staff(reseller), desk.tenant(provider, reseller)
    desk.json(*attestation(customer, ours))
    dispute = desk.json(*doubt(customer, theirs))["id"]
    assert desk.row("dispute", id=uuid.UUID(dispute)).owner_id is None
    for how in ("--upheld", "--rejected"):
        assert desk.refused(*close(dispute, theirs, how)) == "wrong-partner-type"
    assert desk.json(*close(dispute, ours))["status"] == "rejected"


def test_how_it_ends_must_be_said(desk: Terminal) -> None:
    words = ["dispute", "close", UNKNOWN, "--reason", "-", "--as", "a@b.example"]
    assert "--upheld" in desk.misused(*words)
    assert "'4711' is not an id" in desk.misused(*close("4711", "a@b.example"))
