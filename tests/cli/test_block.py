"""`assent block`: the vendor's portal turned the customer away."""

import json
import uuid

import pytest

from tests.cli.terminal import Terminal, attestation
from tests.engines import on_sqlite  # noqa: F401

UNKNOWN = str(uuid.uuid4())


def block(customer: str, by: str, scenario: int = 1) -> list[str]:
    return ["block", customer, "--scenario", str(scenario), "--as", by]


@pytest.mark.parametrize("scenario", [1, 2])
@pytest.mark.parametrize("invited", [False, True])
def test_what_the_vendor_refused_waits_for_an_attestation(terminal: Terminal, scenario: int, invited: bool) -> None:
    by, customer = terminal.ana, terminal.tenant()
    if invited:
        terminal.json("invite", customer, "--as", by)
    found = terminal.json(*block(customer, by, scenario))
    assert (found["state"], found["confirmed"]) == ("blocked-needs-attestation", False)
    machine = terminal.row("machine", customer_id=uuid.UUID(customer))
    assert machine.scenario == scenario
    record = json.loads(terminal.row("record", machine_id=machine.id, event="block").body)
    assert (record["facts"]["scenario"], record["actor"]["kind"]) == (scenario, "staff")
    assert terminal.row("task", machine_id=machine.id).kind == "attest-blocked"
    assert terminal.json(*attestation(customer, by))["state"] == "partner-attested"
    assert terminal.row("task", machine_id=machine.id).closed_at is not None


def test_what_we_know_of_purchases_outweighs_what_was_told(desk: Terminal) -> None:
    by, customer = desk.ana, desk.tenant()
    desk.json("purchase", customer, "--kind", "software", "--date", "2025-03-01")
    desk.json(*block(customer, by, 2))
    assert desk.row("machine", customer_id=uuid.UUID(customer)).scenario == 1


def test_a_customer_with_an_acceptance_on_record_is_not_blocked(desk: Terminal) -> None:
    by, customer = desk.ana, desk.tenant()
    desk.json(*attestation(customer, by))
    assert desk.refused(*block(customer, by)) == "wrong-state"


def test_it_is_blocked_once(desk: Terminal) -> None:
    by, customer = desk.ana, desk.tenant()
    desk.json(*block(customer, by))
    assert desk.refused(*block(customer, by)) == "wrong-state"


def test_only_the_partners_own_agents_record_it(desk: Terminal) -> None:
    provider = desk.partner("indirect-provider")
    reseller = desk.partner("indirect-reseller", "--provider", provider)
    customer = desk.tenant(provider, reseller)
    assert desk.refused(*block(customer, desk.staff(reseller))) == "wrong-partner-type"
    for role in ("helpdesk-agent", "global-admin"):
        assert desk.refused(*block(customer, desk.staff(provider, role))) == "role-not-allowed"
    for id in (customer, UNKNOWN):
        assert desk.refused(*block(id, desk.ana)) == "not-found"
    assert desk.json(*block(customer, desk.staff(provider)))["state"] == "blocked-needs-attestation"


def test_there_are_two_scenarios(desk: Terminal) -> None:
    for scenario in (0, 3):
        assert "--scenario" in desk.misused(*block(UNKNOWN, "a@b.example", scenario))
    assert "--scenario" in desk.misused("block", UNKNOWN, "--as", "a@b.example")
