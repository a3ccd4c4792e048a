"""Policy rows from TOML: what each member may hold, and every fault named with the row it stands in."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.policy import Cell, Offer, Policy, Rule, Topic
from app.core.rows import READ, READ_OFFER, Faulty, laid_over, parse
from app.core.vocabulary import AgreementType, Channel, Environment, Operation, PurchaseKind
from tests.core.asking import CLOUD, MCA

NOTHING = Policy(())
GOOD = {"id": "a", "topic": "enforcement", "from": date(2024, 1, 1), "any-of": ["MicrosoftCustomerAgreement"]}
AGREEMENTS = "MicrosoftCustomerAgreement, MicrosoftCloudAgreement"
ONE_LINE = "must be one line of text, at most 200 characters"
A_DAY = "must be a day without quotes, such as 2027-01-31"
COUNTRIES = "must be a list of countries in two capital letters"


def faults(content: dict[str, Any]) -> list[str]:
    with pytest.raises(Faulty) as faulty:
        parse(content, "rows")
    return faulty.value.faults


def rule(**members: Any) -> Rule:
    (found,) = parse({"rule": [GOOD | {name.replace("_", "-"): value for name, value in members.items()}]}).rules
    return found


def test_a_row_says_everything_a_rule_can_hold() -> None:
    text = """
    [[rule]]
    id = "all"
    source = "our counsel"
    topic = "enforcement"
    from = 2024-01-01
    until = 2025-01-01
    text = "Sellers in Sweden ask once more."
    any-of = ["MicrosoftCloudAgreement", "MicrosoftCustomerAgreement"]
    accepted-since = 2023-06-01
    channel = ["dashboard", "api"]
    environment = ["sandbox"]
    operation = ["renewal"]
    offer = ["plain", "CFQ7TTC0LH16"]
    region = ["SE", "NO"]
    [[offer]]
    id = "CFQ7TTC0LH16"
    name = "Business Premium"
    source = "the price list"
    needs = "MicrosoftCustomerAgreement"
    kind = "software-subscription"
    """
    assert laid_over(NOTHING, text, "rows") == Policy(
        (
            Rule(
                "all",
                "our counsel",
                Topic.ENFORCEMENT,
                date(2024, 1, 1),
                date(2025, 1, 1),
                "Sellers in Sweden ask once more.",
                (MCA, CLOUD),
                date(2023, 6, 1),
                channels=frozenset({Channel.DASHBOARD, Channel.API}),
                environments=frozenset({Environment.SANDBOX}),
                operations=frozenset({Operation.RENEWAL}),
                offers=frozenset({"plain", "CFQ7TTC0LH16"}),
                regions=frozenset({"SE", "NO"}),
            ),
        ),
        (Offer("CFQ7TTC0LH16", "Business Premium", MCA, PurchaseKind.SOFTWARE_SUBSCRIPTION),),
    )


def test_an_operators_row_needs_no_source_and_no_words() -> None:
    assert (rule().source, rule().text) == ("operator", "a")
    assert parse({"offer": [{"id": "x", "name": "X"}]}).offers == (Offer("x", "X", None, PurchaseKind.OFFER),)


@pytest.mark.parametrize("written", [{}, {"operation": []}])
def test_a_row_that_names_no_operation_leaves_automatic_renewals_alone(written: dict[str, Any]) -> None:
    held_up = {operation for operation in Operation if rule(**written).covers(Cell(operation))}
    assert held_up == {Operation.NEW_PURCHASE, Operation.SEAT_CHANGE, Operation.RENEWAL}


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        # Members that nobody knows, or that mean nothing there.
        ({"chanel": ["api"]}, "has an unknown member 'chanel'; did you mean 'channel'?"),
        ({"any_of": []}, "has an unknown member 'any_of'; did you mean 'any-of'?"),
        ({"zzz": 1}, "has an unknown member 'zzz'"),
        ({"cloud": ["china"]}, "cloud means nothing to topic enforcement"),
        ({"agreement": ["MicrosoftCloudAgreement"]}, "agreement means nothing to topic enforcement"),
        # Days.
        ({"from": "2024-01-01"}, f"from {A_DAY}"),
        ({"from": datetime(2024, 1, 1, tzinfo=UTC)}, f"from {A_DAY}"),
        ({"from": datetime(2024, 1, 1, 12)}, f"from {A_DAY}"),
        ({"until": time(12)}, f"until {A_DAY}"),
        ({"accepted-since": True}, f"accepted-since {A_DAY}"),
        ({"until": date(2023, 12, 31)}, "until must lie after from"),
        ({"until": date(2024, 1, 1)}, "until must lie after from"),
        # Words.
        ({"any-of": ["MCA"]}, f"any-of does not know 'MCA'; it knows {AGREEMENTS}"),
        ({"any-of": "MicrosoftCustomerAgreement"}, "any-of must be a list of words"),
        ({"any-of": [1]}, "any-of must be a list of words"),
        ({"any-of": [["MicrosoftCustomerAgreement"]]}, "any-of must be a list of words"),
        ({"channel": ["api", "phone"]}, "channel does not know 'phone'; it knows dashboard, api, sdk"),
        ({"channel": ["API"]}, "channel does not know 'API'; it knows dashboard, api, sdk"),
        ({"environment": {"a": 1}}, "environment must be a list of words"),
        ({"environment": ["test"]}, "environment does not know 'test'; it knows production, sandbox"),
        ({"operation": ["upgrade"]}, f"operation does not know 'upgrade'; it knows {', '.join(Operation)}"),
        ({"offer": [""]}, "offer must be a list of words"),
        ({"offer": "plain"}, "offer must be a list of words"),
        ({"region": ["se"]}, f"region {COUNTRIES}"),
        ({"region": ["SWE"]}, f"region {COUNTRIES}"),
        ({"region": ["ÅÄ"]}, f"region {COUNTRIES}"),
        ({"region": "SE"}, "region must be a list of words"),
        # Text.
        ({"text": ""}, f"text {ONE_LINE}"),
        ({"text": "two\nlines"}, f"text {ONE_LINE}"),
        ({"text": "x" * 201}, f"text {ONE_LINE}"),
        ({"source": 3}, f"source {ONE_LINE}"),
        # An automatic renewal is never held up.
        ({"operation": ["auto-renewal"]}, "operation: an auto-renewal is never held up"),
        ({"operation": ["renewal", "auto-renewal"]}, "operation: an auto-renewal is never held up"),
        ({"topic": "requirement", "operation": ["auto-renewal"]}, "operation: an auto-renewal is never held up"),
    ],
)
def test_a_fault_is_named_with_its_row_and_its_member(members: dict[str, Any], fault: str) -> None:
    assert faults({"rule": [GOOD | members]}) == [f"rows: rule 'a' {fault}"]


TOPICS = "requirement, enforcement, record, direct-route, unsupported-cloud"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            {},
            ["rule '(without id)' needs 'id'", "rule '(without id)' needs 'topic'", "rule '(without id)' needs 'from'"],
        ),
        ({"topic": "record", "from": date(2024, 1, 1)}, ["rule '(without id)' needs 'id'"]),
        (GOOD | {"id": 7}, [f"rule 7 id {ONE_LINE}"]),
        (GOOD | {"topic": "direkt-route"}, [f"rule 'a' topic does not know 'direkt-route'; it knows {TOPICS}"]),
        (GOOD | {"topic": ["record"]}, [f"rule 'a' topic does not know ['record']; it knows {TOPICS}"]),
        (
            {"id": "a", "topic": "requirement", "from": date(2024, 1, 1)},
            ["rule 'a' needs 'any-of': which agreements will do (an empty list for none)"],
        ),
        (
            GOOD | {"topic": "record", "region": ["SE"]},
            ["rule 'a' any-of means nothing to topic record", "rule 'a' region means nothing to topic record"],
        ),
        (GOOD | {"topic": "direct-route"}, ["rule 'a' any-of means nothing to topic direct-route"]),
        (
            {"id": "a", "topic": "unsupported-cloud", "from": date(2024, 1, 1), "cloud": ["moon"]},
            ["rule 'a' cloud does not know 'moon'; it knows public, us-government, germany, china"],
        ),
        (
            {"id": "a", "topic": "unsupported-cloud", "from": date(2024, 1, 1), "agreement": []},
            ["rule 'a' agreement means nothing to topic unsupported-cloud"],
        ),
    ],
)
def test_a_row_that_is_not_whole_or_on_another_topic_says_what_is_wrong(row: dict[str, Any], said: list[str]) -> None:
    assert faults({"rule": [row]}) == [f"rows: {fault}" for fault in said]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({}, ["'(without id)' needs 'id'", "'(without id)' needs 'name'"]),
        ({"id": "x"}, ["'x' needs 'name'"]),
        ({"id": "x", "name": "X", "need": "y"}, ["'x' has an unknown member 'need'; did you mean 'needs'?"]),
        ({"id": "x", "name": "X", "needs": "MCA"}, [f"'x' needs does not know 'MCA'; it knows {AGREEMENTS}"]),
        (
            {"id": "x", "name": "X", "kind": "gift"},
            [f"'x' kind does not know 'gift'; it knows {', '.join(PurchaseKind)}"],
        ),
        ({"id": "x", "name": 5}, [f"'x' name {ONE_LINE}"]),
        ({"id": "plain", "name": "X"}, ["'plain' id 'plain' is a word of the rows themselves"]),
        (
            {"id": "MicrosoftCustomerAgreement", "name": "X"},
            ["'MicrosoftCustomerAgreement' id 'MicrosoftCustomerAgreement' is a word of the rows themselves"],
        ),
    ],
)
def test_an_offer_that_makes_no_sense_says_what_is_wrong(row: dict[str, Any], said: list[str]) -> None:
    assert faults({"offer": [row]}) == [f"rows: offer {fault}" for fault in said]


def test_every_fault_of_a_file_is_named_at_once() -> None:
    offer = {"id": "x", "name": "X"}
    rules = [GOOD | {"topic": "x"}, GOOD | {"id": "b", "until": 1, "chanel": []}, GOOD, GOOD]
    assert faults({"rules": [], "rule": rules, "offer": [offer, offer]}) == [
        "rows: unknown table 'rules'",
        f"rows: rule 'a' topic does not know 'x'; it knows {TOPICS}",
        f"rows: rule 'b' until {A_DAY}",
        "rows: rule 'b' has an unknown member 'chanel'; did you mean 'channel'?",
        "rows: rule 'a' stands there twice",
        "rows: offer 'x' stands there twice",
    ]


@pytest.mark.parametrize("written", [GOOD, "a", 3, [3], [[GOOD]]])
def test_rows_stand_under_double_brackets(written: object) -> None:
    assert faults({"rule": written}) == ["rows: write each row under [[rule]]"]
    assert faults({"offer": written}) == ["rows: write each row under [[offer]]"]


@pytest.mark.parametrize(
    "text",
    ["rule", "[[rule]", "[[rule]]\nfrom = 2024-02-30", 'a = "\0"', f"a = {'1' * 5000}", f"a = {'[' * 20_000}"],
    ids=["word", "bracket", "no such day", "control character", "number", "depth"],
)
def test_a_text_that_is_no_toml_is_one_fault_of_its_file(text: str) -> None:
    with pytest.raises(Faulty) as faulty:
        laid_over(NOTHING, text, "instance/policy.toml")
    (fault,) = faulty.value.faults
    assert fault.startswith("instance/policy.toml: ")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.datetimes() | st.times()
    | st.text(max_size=5) | st.sampled_from([*Topic, *AgreementType, *Channel, "SE", "plain"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
tables = st.dictionaries(st.sampled_from([*READ, *READ_OFFER, "zzz"]), values, max_size=6)
contents = st.dictionaries(
    st.sampled_from(["rule", "offer", "else"]), st.lists(tables, max_size=3) | values, max_size=3
)


@settings(max_examples=60)
@given(contents)
def test_whatever_stands_there_it_is_a_policy_or_faults(content: dict[str, Any]) -> None:
    try:
        wrong = [] if parse(content, "rows") else ["neither"]
    except Faulty as faulty:
        wrong = [fault for fault in faulty.faults or ["nothing named"] if not fault.startswith("rows: ")]
    assert wrong == []
