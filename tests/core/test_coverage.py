"""Gaps and overlaps among the rows that say what an order needs: found, and named."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.coverage import faults
from app.core.policy import Policy, Rule, Topic
from app.core.rows import parse
from app.core.vocabulary import AgreementType
from tests.core.asking import SHIPPED, rulebook

ROWS = {rule.id: rule for rule in SHIPPED.policy.rules if rule.topic is Topic.REQUIREMENT}
ENDING = {id: rule for id, rule in ROWS.items() if rule.until}
GAP = "no row says what "


def without(rule: Rule, *instead: Rule) -> Policy:
    others = tuple(other for other in SHIPPED.policy.rules if other.id != rule.id)
    return Policy((*others, *instead), SHIPPED.policy.offers)


def laid(rows: str) -> list[str]:
    return faults(rulebook(rows).policy)


def test_the_shipped_rows_leave_no_gap_and_no_overlap() -> None:
    assert faults(SHIPPED.policy) == []
    assert len(ROWS) == 14
    assert len(ENDING) == 12


def test_no_rows_at_all_is_a_fault_too() -> None:
    assert faults(Policy(())) == ["no requirement rows: nothing says what an order needs"]
    assert faults(replace(SHIPPED.policy, rules=tuple(set(SHIPPED.policy.rules) - set(ROWS.values()))))


@pytest.mark.parametrize("id", ROWS)
def test_taking_any_shipped_row_away_leaves_a_gap_of_just_its_days(id: str) -> None:
    row = ROWS[id]
    found = faults(without(row))
    assert found
    assert all(fault.startswith(GAP) for fault in found)
    assert any(f" from {row.since}" in fault for fault in found)
    last = [fault for fault in found if fault.endswith(f" until {row.until}")]
    assert last if row.until else any(" until " not in fault for fault in found)


@settings(max_examples=40)
@given(id=st.sampled_from(sorted(ENDING)), days=st.integers(1, 1000))
def test_extending_any_shipped_row_overlaps_what_follows_it(id: str, days: int) -> None:
    row = ENDING[id]
    assert row.until
    found = faults(without(row, replace(row, until=row.until + timedelta(days))))
    assert found
    assert all(" overlap " in fault and id in fault for fault in found)
    assert any(f" overlap from {row.until} until " in fault for fault in found)


@settings(max_examples=40)
@given(id=st.sampled_from(sorted(ENDING)), days=st.integers(1, 1000))
def test_ending_any_shipped_row_earlier_leaves_a_gap(id: str, days: int) -> None:
    row = ENDING[id]
    assert row.until
    until = max(row.until - timedelta(days), row.since + timedelta(1))
    found = faults(without(row, replace(row, until=until)))
    assert found
    assert all(fault.startswith(GAP) for fault in found)
    assert any(f" from {until} " in fault for fault in found)


@pytest.mark.parametrize(
    ("gone", "named"),
    [
        (
            "cloud-api-sandbox-2019-03-22",
            ["plain offers need for new-purchase by api in sandbox from 2019-03-22 until 2019-08-01"],
        ),
        (
            "offer-mca-2019-10-01",
            [
                "offers naming MicrosoftCustomerAgreement need for seat-change by sdk in production "
                "from 2019-10-01 until 2020-02-01"
            ],
        ),
        (
            "auto-renewal-exempt",
            ["plain offers need for auto-renewal by dashboard in production from 2018-08-07 until 2018-11-07"],
        ),
        ("mca-only-2020-02-01", ["plain offers need for renewal by dashboard in production from 2020-02-01"]),
    ],
)
def test_a_gap_says_which_orders_on_which_days(gone: str, named: list[str]) -> None:
    assert {GAP + words for words in named} <= set(faults(without(ROWS[gone])))


def test_an_overlap_names_its_rows_and_its_days_once() -> None:
    again = """
    [[rule]]
    id = "mine"
    topic = "requirement"
    from = 2027-01-01
    until = 2027-02-01
    any-of = []
    """
    assert laid(again) == ["mca-only-2020-02-01 and mine overlap from 2027-01-01 until 2027-02-01"]


def test_a_row_for_one_country_overlaps_the_row_for_all() -> None:
    swedish = """
    [[rule]]
    id = "sweden"
    topic = "requirement"
    from = 2027-01-01
    region = ["SE"]
    any-of = []
    """
    assert laid(swedish) == ["mca-only-2020-02-01 and sweden overlap from 2027-01-01"]


def policy(*rows: dict[str, Any]) -> Policy:
    plain: dict[str, Any] = {"topic": "requirement", "from": date(2024, 1, 1), "any-of": []}
    exempt = {"id": "exempt", "operation": ["auto-renewal"]}
    return parse({"rule": [plain | row for row in ({"id": f"r{n}"} | row for n, row in enumerate((*rows, exempt)))]})


def test_a_gap_for_one_country_or_one_offer_is_named_with_it() -> None:
    assert faults(policy({})) == []
    elsewhere = faults(policy({"region": ["SE"]}))
    assert f"{GAP}plain offers need for renewal by api in sandbox from 2024-01-01" in elsewhere
    assert not any(" in SE" in fault for fault in elsewhere)
    everything: list[str] = ["plain", *AgreementType]
    one = faults(policy({"offer": everything, "region": ["SE"]}, {"id": "no", "offer": ["plain"], "region": ["NO"]}))
    assert f"{GAP}offers naming MicrosoftCloudAgreement need for renewal by api in sandbox in NO from 2024-01-01" in one
    bought = faults(policy({"offer": ["X", "plain"]}))
    assert {fault.split(" need ")[0] for fault in bought} == {
        f"{GAP}offers naming MicrosoftCustomerAgreement",
        f"{GAP}offers naming MicrosoftCloudAgreement",
    }


def test_a_row_for_an_offer_overlaps_the_row_for_all_plain_ones() -> None:
    both = faults(policy({"id": "all", "offer": ["plain", *AgreementType]}, {"id": "one", "offer": ["X:1"]}))
    assert both == ["all and one overlap from 2024-01-01"]


def test_rows_that_hold_besides_may_overlap_and_leave_gaps() -> None:
    rows = """
    [[rule]]
    id = "mine"
    topic = "enforcement"
    from = 2027-01-01
    any-of = ["MicrosoftCustomerAgreement"]
    [[rule]]
    id = "mine too"
    topic = "enforcement"
    from = 2027-01-01
    until = 2027-03-01
    channel = ["api"]
    any-of = []
    """
    assert laid(rows) == []


def test_too_many_regions_and_offers_at_once_are_refused_before_they_cost_anything() -> None:
    many = [f"OFFER{number}" for number in range(100)]
    regions = [f"A{chr(65 + number)}" for number in range(26)]
    crowded = policy({"offer": [*many, "plain", *AgreementType], "region": regions})
    assert faults(crowded) == [
        "requirement rows name too many regions and offers to be checked; write enforcement rows for those"
    ]
