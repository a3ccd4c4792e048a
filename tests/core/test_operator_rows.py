"""An operator's own rows: dates moved, orders held up from a date, acceptances to be given anew, and for whom."""

from typing import Any

import pytest

from app.core import coverage
from app.core.gate import Decision, Standing, Verdict, complete
from app.core.lifecycle import State
from app.core.policy import Cell
from app.core.vocabulary import Channel, Cloud, Environment, Operation, PurchaseKind
from tests.core.asking import CLOUD, MCA, accepted, ask, customer, moment, rulebook

MOVED = """
[[rule]]
id = "either-2019-10-01"
topic = "requirement"
offer = ["plain", "MicrosoftCloudAgreement"]
from = 2019-10-01
until = 2020-05-01
any-of = ["MicrosoftCloudAgreement", "MicrosoftCustomerAgreement"]
[[rule]]
id = "offer-mca-2019-10-01"
topic = "requirement"
offer = ["MicrosoftCustomerAgreement"]
from = 2019-10-01
until = 2020-05-01
any-of = ["MicrosoftCustomerAgreement"]
[[rule]]
id = "mca-only-2020-02-01"
topic = "requirement"
from = 2020-05-01
any-of = ["MicrosoftCustomerAgreement"]
[[rule]]
id = "cloud-recordable-2018-08-07"
topic = "record"
agreement = ["MicrosoftCloudAgreement"]
from = 2018-08-07
until = 2020-05-01
[[rule]]
id = "direct-route-2020-02-03"
topic = "direct-route"
from = 2020-06-01
"""


def besides(members: str, any_of: str = '["MicrosoftCustomerAgreement"]') -> str:
    return f'[[rule]]\nid = "mine"\ntopic = "enforcement"\nfrom = 2027-02-01\nany-of = {any_of}\n{members}\n'


def deciding(decision: Decision) -> list[str]:
    return [rule.id for rule in decision.rules]


def test_a_row_with_the_id_of_a_shipped_one_takes_its_place() -> None:
    rules = rulebook(MOVED)
    assert coverage.faults(rules.policy) == []
    assert len(rules.policy.rules) == len(rulebook().policy.rules)
    held = customer(None, accepted("2019-01-01"))
    assert ask(held, "2020-04-30 23:59", rules).verdict is Verdict.ALLOW
    assert ask(held, "2020-05-01", rules).missing is MCA
    assert ask(held, "2020-04-01", rules).valid_until == moment("2020-05-01")
    assert ask(held, "2020-04-01").verdict is Verdict.DENY
    assert [rules.recordable(CLOUD, moment(day)) for day in ("2020-04-30", "2020-05-01")] == [True, False]
    assert [rules.direct_route_open(moment(day)) for day in ("2020-05-31", "2020-06-01")] == [False, True]
    assert rules.direct_route_open(moment("2020-06-01"), CLOUD)


def test_a_date_moved_in_one_row_only_is_a_fault() -> None:
    end = MOVED.index("[[rule]]", 2)
    assert any("either-2019-10-01 and mca-only" in fault for fault in coverage.faults(rulebook(MOVED[:end]).policy))


def test_a_row_on_top_is_asked_besides_the_shipped_one() -> None:
    rules = rulebook(besides("", '["MicrosoftCloudAgreement"]'))
    one, other = customer(accepted("2024-05-01")), customer(None, accepted("2019-05-01"))
    assert ask(one, "2027-01-31", rules).verdict is Verdict.ALLOW
    assert (ask(one, "2027-02-01", rules).missing, deciding(ask(one, "2027-02-01", rules))) == (CLOUD, ["mine"])
    assert deciding(ask(other, "2027-02-01", rules)) == ["mca-only-2020-02-01"]
    both = ask(customer(accepted("2024-05-01"), accepted("2019-05-01")), "2027-02-01", rules)
    assert (both.verdict, deciding(both)) == (Verdict.ALLOW, ["mca-only-2020-02-01", "mine"])
    neither = ask(customer(), "2027-02-01", rules)
    assert (neither.missing, deciding(neither)) == (MCA, ["mca-only-2020-02-01", "mine"])
    assert ask(customer(), "2027-02-01", rules, operation=Operation.AUTO_RENEWAL).verdict is Verdict.ALLOW


def test_a_row_on_top_that_needs_nothing_lifts_nothing() -> None:
    assert ask(customer(), "2027-02-01", rulebook(besides("", "[]"))).verdict is Verdict.DENY


@pytest.mark.parametrize(
    ("own", "shared", "verdict"),
    [
        ("2026-11-30 23:59:59", None, "deny"),
        ("2026-12-01", None, "allow"),
        ("2026-11-30", "2026-11-30", "deny"),
        ("2026-11-30", "2026-12-01", "allow"),
    ],
)
def test_what_was_accepted_before_a_cut_off_must_be_accepted_anew(own: str, shared: str | None, verdict: str) -> None:
    rules = rulebook(besides("accepted-since = 2026-12-01"))
    held = customer(Standing(own=accepted(own), shared=accepted(shared) if shared else None))
    assert ask(held, "2027-01-31", rules).verdict is Verdict.ALLOW
    assert ask(held, "2027-02-01", rules).verdict == verdict
    assert ask(held, "2027-01-31", rules).valid_until == (moment("2027-02-01") if verdict == "deny" else None)


@pytest.mark.parametrize(
    ("region", "at", "due"),
    [
        ("SE", "2027-01-31 23:59", False),
        ("SE", "2027-02-01", True),
        ("DE", "2027-02-01", False),
        (None, "2027-02-01", False),
        ("SE", "2027-03-01", False),
    ],
)
def test_while_a_cut_off_holds_an_older_acceptance_may_be_renewed(region: str | None, at: str, due: bool) -> None:
    rules = rulebook(besides('accepted-since = 2026-12-01\nuntil = 2027-03-01\nregion = ["SE"]'))
    assert rules.due(MCA, 0, moment("2026-11-30"), region, moment(at)) is due
    assert not rules.due(MCA, 0, moment("2026-12-01"), region, moment(at))
    assert not rules.due(CLOUD, 0, moment("2026-11-30"), region, moment(at))
    assert rules.cut_off(MCA, region, moment(at)) == (moment("2026-12-01") if due else None)


def test_of_several_cut_offs_the_latest_holds() -> None:
    later = besides("accepted-since = 2026-12-24").replace('"mine"', '"later"')
    rules = rulebook(besides("accepted-since = 2026-12-01") + later)
    assert rules.cut_off(MCA, None, moment("2027-02-01")) == moment("2026-12-24")


# What a row names, an order and a customer that it means, and some that it does not.
@pytest.mark.parametrize(
    ("member", "meant", "others"),
    [
        ('region = ["SE", "NO"]', {"region": "SE"}, [{"region": "DE"}, {"region": None}]),
        ('channel = ["dashboard"]', {"channel": Channel.DASHBOARD}, [{"channel": Channel.API}]),
        (
            'environment = ["sandbox"]',
            {"environment": Environment.SANDBOX},
            [{"environment": Environment.PRODUCTION}, {}],
        ),
        ('operation = ["renewal"]', {"operation": Operation.RENEWAL}, [{"operation": Operation.SEAT_CHANGE}]),
        ('offer = ["X:1"]', {"offer": "X:1"}, [{"offer": "X"}, {"offer": "X:2"}, {}]),
        ('offer = ["X"]', {"offer": "X:2"}, [{"offer": "Y:X"}, {"offer": "XX"}]),
        ('offer = ["plain"]', {}, [{"offer": "DZH318Z0BPS6"}, {"needs": CLOUD}]),
        (
            'offer = ["MicrosoftCustomerAgreement"]',
            {"offer": "DZH318Z0BPS6:0001"},
            [{"offer": "CFQ7TTC0LH16"}, {"needs": CLOUD}, {}],
        ),
        ('offer = ["DZH318Z0BPS6"]', {"offer": "DZH318Z0BPS6:0001"}, [{"needs": MCA}]),
        (
            'channel = ["sdk"]\nregion = ["SE"]',
            {"channel": Channel.SDK, "region": "SE"},
            [{"channel": Channel.SDK}, {"region": "SE"}],
        ),
    ],
)
def test_a_row_means_only_the_orders_it_names(member: str, meant: dict[str, Any], others: list[dict[str, Any]]) -> None:
    rules = rulebook(besides(member + "\naccepted-since = 2026-12-01"))

    def held_up(order: dict[str, Any]) -> bool:
        subject = customer(accepted("2024-05-01"), region=order.get("region"))
        asked = {name: value for name, value in order.items() if name != "region"}
        return ask(subject, "2027-02-01", rules, **asked).verdict is Verdict.DENY

    assert held_up(meant)
    assert not any(held_up(other) for other in others)


def test_an_operators_offer_can_name_the_agreement_it_needs_and_take_a_shipped_ones_place() -> None:
    text = """
    [[offer]]
    id = "NEW"
    name = "A new plan"
    needs = "MicrosoftCustomerAgreement"
    [[offer]]
    id = "NEW:trial"
    name = "Its trial"
    [[offer]]
    id = "DZH318Z0BPS6"
    name = "Azure plan, as it was"
    """
    rules, held = rulebook(text), customer(None, accepted("2019-11-01"))
    verdicts = {offer: ask(held, "2019-11-02", rules, offer=offer).verdict for offer in ("NEW", "NEW:trial", "NEW:x")}
    assert verdicts == {"NEW": "deny", "NEW:trial": "allow", "NEW:x": "deny"}
    assert ask(held, "2019-11-02", rules, offer="DZH318Z0BPS6").verdict is Verdict.ALLOW
    assert [offer.kind for offer in rulebook().policy.offers] == [PurchaseKind.AZURE_PLAN]


def test_a_customers_country_and_what_an_offer_needs_complete_an_order() -> None:
    subject = customer(region="SE")
    cell = Cell(Operation.RENEWAL, offer="DZH318Z0BPS6:0001")
    assert complete(subject, cell, rulebook()) == Cell(Operation.RENEWAL, offer=cell.offer, needs=MCA, region="SE")


def test_a_cloud_can_become_supported() -> None:
    row = '[[rule]]\nid = "national-clouds-2018-08-07"\ntopic = "unsupported-cloud"\nfrom = 2018-08-07\n'
    rules = rulebook(f'{row}until = 2027-01-01\ncloud = ["germany"]')
    held = Standing(State.ATTESTED, own=accepted("2024-05-01"))
    german = customer(held, cloud=Cloud.GERMANY)
    asked = ask(german, "2026-12-31 23:59", rules)
    assert (asked.reason, asked.valid_until) == ("national-cloud-unsupported", moment("2027-01-01"))
    assert ask(german, "2027-01-01", rules).verdict is Verdict.ALLOW
    assert ask(customer(held, cloud=Cloud.CHINA), "2026-12-31", rules).verdict is Verdict.ALLOW


@pytest.mark.parametrize("written", ["cfq7ttc0lh16", "CFQ7TTC0LH16", "Cfq7ttc0lh16:0001"])
def test_an_offer_is_the_same_in_any_case_of_its_letters(written: str) -> None:
    named = rulebook(ROWS_FOR_AN_OFFER).policy.for_order(Cell(Operation.NEW_PURCHASE, offer=written))
    assert "only-that" in {rule.id for rule in named}


ROWS_FOR_AN_OFFER = """
[[rule]]
id = "only-that"
topic = "enforcement"
from = 2027-01-01
any-of = ["MicrosoftCustomerAgreement"]
offer = ["CFQ7TTC0lh16"]
"""
