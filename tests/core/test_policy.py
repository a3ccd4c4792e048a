"""Dated rules: each holds from the start of its first day to the start of the day it ends, in UTC."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from app.core.policy import Policy, Rule, Topic
from app.core.rows import parse
from app.installation import load_rules

RULES = load_rules()


def noon(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T12:00:00+00:00")


@pytest.mark.parametrize(
    ("moment", "open"),
    [
        ("2019-10-01T00:00:00+00:00", False),
        ("2020-02-02T23:59:59.999999+00:00", False),
        ("2020-02-03T00:00:00+00:00", True),
        ("2026-11-21T09:00:00+00:00", True),
        ("2099-01-01T00:00:00+00:00", True),
    ],
)
def test_the_direct_route_exists_from_the_third_of_february_2020(moment: str, open: bool) -> None:
    assert RULES.direct_route_open(datetime.fromisoformat(moment)) is open


def test_a_moment_is_the_same_day_wherever_it_is_written_down() -> None:
    opens = datetime(2020, 2, 3, tzinfo=UTC)
    for hours in (-11, -5, 0, 8, 13):
        zone = timezone(timedelta(hours=hours))
        assert RULES.direct_route_open(opens.astimezone(zone))
        assert not RULES.direct_route_open((opens - timedelta(microseconds=1)).astimezone(zone))


def test_a_rule_with_an_end_stops_at_the_start_of_that_day() -> None:
    rows = [{"id": "a", "source": "ours", "topic": "direct-route", "from": date(2024, 1, 1), "until": date(2024, 2, 1)}]
    policy = parse(rows)
    held = [
        day
        for day in ("2023-12-31", "2024-01-01", "2024-01-31", "2024-02-01")
        if policy.holds(Topic.DIRECT_ROUTE, noon(day))
    ]
    assert held == ["2024-01-01", "2024-01-31"]


def test_one_rule_that_holds_is_enough() -> None:
    gone = Rule("a", "ours", Topic.DIRECT_ROUTE, date(2020, 1, 1), date(2021, 1, 1))
    again = Rule("b", "ours", Topic.DIRECT_ROUTE, date(2023, 1, 1))
    policy = Policy((gone, again))
    held = [year for year in range(2019, 2025) if policy.holds(Topic.DIRECT_ROUTE, noon(f"{year}-06-01"))]
    assert held == [2020, 2023, 2024]


def test_without_rules_nothing_holds() -> None:
    assert not parse([]).holds(Topic.DIRECT_ROUTE, noon("2026-11-21"))


def test_a_rule_on_an_unknown_topic_is_an_error() -> None:
    with pytest.raises(ValueError, match="direkt-route"):
        parse([{"id": "a", "source": "ours", "topic": "direkt-route", "from": date(2024, 1, 1)}])


def test_every_rule_of_the_file_says_where_it_comes_from() -> None:
    rules = RULES.policy.rules
    assert {rule.id for rule in rules} >= {"direct-route-2020-02-03"}
    assert len({rule.id for rule in rules}) == len(rules)
    assert all(rule.source for rule in rules)
