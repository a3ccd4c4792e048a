"""Dated rules: each holds from the start of its first day to the start of the day it ends, in UTC; no date is code."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

import app
from app.core.policy import Offer, Policy, Rule, Topic
from app.core.rows import Faulty, parse
from app.core.vocabulary import AgreementType
from tests.core.asking import CLOUD, MCA, SHIPPED, moment

LAST = timedelta(days=1) - timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("day", "cloud_agreement", "mca", "by_link"),
    [
        ("2018-08-06", False, False, False),
        ("2018-08-07", True, False, False),  # S3
        ("2018-08-08", True, False, False),
        ("2019-09-30", True, False, False),
        ("2019-10-01", True, True, False),  # S0 S4
        ("2019-10-02", True, True, False),
        ("2020-01-30", True, True, False),
        ("2020-01-31", True, True, False),  # S0 S4: the last day, as the prose says and we read it
        ("2020-02-01", False, True, False),
        ("2020-02-02", False, True, False),
        ("2020-02-03", False, True, True),  # S0 S4
        ("2020-02-04", False, True, True),
    ],
)
def test_what_can_be_recorded_and_whether_customers_can_be_invited_by_link(
    day: str, cloud_agreement: bool, mca: bool, by_link: bool
) -> None:
    for at in (moment(day), moment(day) + LAST):
        assert SHIPPED.recordable(CLOUD, at) is cloud_agreement
        assert SHIPPED.recordable(MCA, at) is mca
        assert SHIPPED.direct_route_open(at) is by_link
        assert not SHIPPED.direct_route_open(at, CLOUD)


@pytest.mark.parametrize(
    ("topic", "day", "source"),
    [
        (Topic.RECORD, "2018-08-07", "S3"),
        (Topic.RECORD, "2019-10-01", "S0 S4"),
        (Topic.DIRECT_ROUTE, "2020-02-03", "S0 S4"),
        (Topic.UNSUPPORTED_CLOUD, "2018-08-07", "S3"),
    ],
)
def test_rules_beside_orders_name_their_source(topic: Topic, day: str, source: str) -> None:
    begun = [rule for rule in SHIPPED.policy.on(topic, moment(day)) if f"{rule.since}" == day]
    assert [rule.source for rule in begun] == [source]


def test_a_moment_is_the_same_day_wherever_it_is_written_down() -> None:
    opens = datetime(2020, 2, 3, tzinfo=UTC)
    for hours in (-11, -5, 0, 8, 13):
        zone = timezone(timedelta(hours=hours))
        assert SHIPPED.direct_route_open(opens.astimezone(zone))
        assert not SHIPPED.direct_route_open((opens - timedelta(microseconds=1)).astimezone(zone))


def test_a_rule_with_an_end_stops_at_the_start_of_that_day() -> None:
    rows = [{"id": "a", "source": "ours", "topic": "direct-route", "from": date(2024, 1, 1), "until": date(2024, 2, 1)}]
    policy = parse({"rule": rows})
    held = [
        day
        for day in ("2023-12-31 23:59", "2024-01-01", "2024-01-31 23:59:59.999999", "2024-02-01")
        if policy.holds(Topic.DIRECT_ROUTE, moment(day))
    ]
    assert held == ["2024-01-01", "2024-01-31 23:59:59.999999"]


def test_one_rule_that_holds_is_enough() -> None:
    gone = Rule("a", "ours", Topic.DIRECT_ROUTE, date(2020, 1, 1), date(2021, 1, 1))
    again = Rule("b", "ours", Topic.DIRECT_ROUTE, date(2023, 1, 1))
    policy = Policy((gone, again))
    held = [year for year in range(2019, 2025) if policy.holds(Topic.DIRECT_ROUTE, moment(f"{year}-06-01"))]
    assert held == [2020, 2023, 2024]


def test_without_rules_nothing_holds() -> None:
    assert not parse({}).holds(Topic.DIRECT_ROUTE, moment("2026-11-21"))


def test_a_rule_on_an_unknown_topic_is_an_error() -> None:
    with pytest.raises(Faulty, match="direkt-route"):
        parse({"rule": [{"id": "a", "source": "ours", "topic": "direkt-route", "from": date(2024, 1, 1)}]})


def test_an_offer_is_found_by_its_id_or_its_product() -> None:
    product, sku = Offer("A", "A product"), Offer("A:1", "One of it", AgreementType.MCA)
    policy = Policy((), (product, sku))
    found = {id: policy.offer(id) for id in ("A", "A:1", "A:2", "A:1:x", "AA", "B:A", "", None)}
    assert found == {"A": product, "A:1": sku, "A:2": product, "A:1:x": product} | dict.fromkeys(
        ["AA", "B:A", "", None]
    )


def test_every_rule_of_the_file_says_where_it_comes_from() -> None:
    rules = SHIPPED.policy.rules
    assert {rule.id for rule in rules} >= {"direct-route-2020-02-03"}
    assert len({rule.id for rule in rules}) == len(rules)
    assert all(rule.source and rule.text for rule in rules)


# The house rule: dates of the vendor's are data. Years from 2024 on are examples in helps and remedies.
FREE = {"migrations"}  # history, which decides nothing


def documented(tree: ast.Module) -> set[ast.AST]:
    """The docstrings, which nothing decides by."""
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, holders) and node.body]
    return {body[0].value for body in bodies if isinstance(body[0], ast.Expr)}


def dates_in(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    words = documented(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = ast.unparse(node.func).rpartition(".")[2]
            if name in ("date", "datetime") and isinstance(node.args[0].value, int):
                yield ast.unparse(node)
        elif isinstance(node, ast.Constant) and node not in words:
            day = isinstance(node.value, str) and re.search(r"\b20(1[5-9]|2[01])-[01]\d-[0-3]\d", node.value)
            if day or (isinstance(node.value, int) and node.value in range(2015, 2022)):
                yield ast.unparse(node)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("date(2020, 2, 1)", ["date(2020, 2, 1)", "2020"]),
        ("dt.datetime(2031, 2, 1)", ["dt.datetime(2031, 2, 1)"]),
        ("at.year >= 2020", ["2020"]),
        ("'2020-02-01'", ["'2020-02-01'"]),
        ("f'{x} since 2019-10-01T00:00:00Z'", ["' since 2019-10-01T00:00:00Z'"]),
        ("'such as 2027-01-31'", []),
        ("at.date()", []),
        ("date(day.year, 1, 1)", []),
    ],
)
def test_a_date_in_the_code_would_be_found(line: str, found: list[str]) -> None:
    assert list(dates_in(f'"""As of 2020-02-01."""\n\nx = {line}')) == found


def test_no_date_of_a_rule_stands_in_the_code() -> None:
    here = Path(app.__file__).parent
    sources = {path.relative_to(here): path for path in here.rglob("*.py") if not FREE & set(path.parts)}
    found = {str(name): list(dates_in(path.read_text(encoding="utf-8"))) for name, path in sources.items()}
    assert len(found) > 50
    assert {name: dates for name, dates in found.items() if dates} == {}
