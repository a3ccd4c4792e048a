"""The day on which the Cloud Agreement stopped counting, asked of a portfolio that had accepted nothing else."""

from typing import Any

import pytest

from tests.cli.terminal import Terminal

MCA = "MicrosoftCustomerAgreement"
CUSTOMERS = 200


@pytest.fixture(scope="module")
def partner(terminal: Terminal) -> str:
    seeded = terminal.json("seed", "--machines", str(2 * CUSTOMERS), "--portfolio", "cloud-agreement")
    assert (seeded["customers"], seeded["machines"]) == (CUSTOMERS, 2 * CUSTOMERS)
    return str(seeded["partnerId"])


def asked(terminal: Terminal, partner: str, day: str, *more: str) -> Any:
    return terminal.json("what-if", "--partner", partner, "--as-of", day, *more)


def test_on_its_last_day_everybody_may_order(terminal: Terminal, partner: str) -> None:
    found = asked(terminal, partner, "2020-01-31")
    assert (found["allow"], found["deny"], found["items"]) == (CUSTOMERS, 0, [])


def test_but_not_the_azure_plan(terminal: Terminal, partner: str) -> None:
    found = asked(terminal, partner, "2020-01-31", "--offer", "DZH318Z0BPS6:0001")
    assert (found["allow"], found["deny"]) == (0, CUSTOMERS)


@pytest.mark.parametrize(("day", "step"), [("2020-02-01", "attest"), ("2020-02-03", "invite")])
def test_from_the_next_day_on_everybody_is_held_up_and_each_has_a_next_step(
    terminal: Terminal, partner: str, day: str, step: str
) -> None:
    """Until the direct route opened on the third of February, only the partner's word could help."""
    found = asked(terminal, partner, day)
    assert (found["customers"], found["allow"], found["deny"]) == (CUSTOMERS, 0, CUSTOMERS)
    assert len({item["customerId"] for item in found["items"]}) == CUSTOMERS
    [reason] = found["reasons"]
    assert reason == {
        "decision": "deny",
        "reason": "agreement-required",
        "agreementType": MCA,
        "next": step,
        "owner": "partner",
        "count": CUSTOMERS,
    }
    without = {name: value for name, value in reason.items() if name != "count"}
    assert all({name: item[name] for name in without} == without for item in found["items"])


def test_an_automatic_renewal_goes_through_all_the_same(terminal: Terminal, partner: str) -> None:
    assert asked(terminal, partner, "2020-02-01", "--operation", "auto-renewal")["allow"] == CUSTOMERS
