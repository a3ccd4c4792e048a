"""Canonical bytes, commitments and times: held against a second serialiser that knows nothing of the first."""

import hashlib
import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.evidence import MAX_EXACT_INTEGER, canonical, commitment, stamp
from tests import verifier

MACHINE = UUID("0193e0a4-7c1e-7d3a-9d6e-0a1b2c3d4e5f")
ascii_names = st.text(st.characters(max_codepoint=127), max_size=8)
texts = st.text(st.characters(exclude_categories=["Cs"]))
clean_texts = texts.map(lambda text: unicodedata.normalize("NFC", text))
exact_numbers = st.integers(-MAX_EXACT_INTEGER, MAX_EXACT_INTEGER)
values = st.recursive(
    st.none() | st.booleans() | exact_numbers | clean_texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ascii_names, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_canonical_bytes_are_those_of_an_independent_serialiser(value: object) -> None:
    assert canonical(value) == verifier.jcs(value)


@given(values)
def test_canonical_bytes_read_back_as_what_was_written(value: object) -> None:
    assert json.loads(canonical(value)) == value


@given(texts)
def test_two_spellings_of_one_text_have_the_same_bytes(text: str) -> None:
    assert canonical(unicodedata.normalize("NFD", text)) == verifier.jcs(unicodedata.normalize("NFC", text))


def test_the_standards_own_example_of_a_string_comes_out_as_printed_there() -> None:
    text = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"
    assert canonical({"string": text}) == '{"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'.encode()


def test_the_standards_own_example_of_an_object_is_sorted_as_printed_there() -> None:
    value = {"1": {"f": {"f": "hi", "F": 5}, "\n": 56}, "10": {}, "": "empty", "a": {}, "111": [], "A": {}}
    printed = '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[],"A":{},"a":{}}'
    assert canonical(value) == printed.encode()


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        float("inf"),
        2**53,
        -(2**53),
        10**30,
        {"å": 1},
        {"￿": 1},
        {1: 1},
        {None: 1},
        "\ud800",
        "a\udfffb",
        b"bytes",
        {"set"},
        datetime(2026, 11, 21, tzinfo=UTC),
        MACHINE,
    ],
    ids=ascii,
)
def test_what_has_no_exact_form_is_refused_at_any_depth(value: object) -> None:
    for held in (value, [value], {"a": {"b": [value]}}):
        with pytest.raises((TypeError, ValueError)):
            canonical(held)


def test_the_largest_exact_numbers_are_allowed() -> None:
    assert canonical([2**53 - 1, -(2**53) + 1]) == b"[9007199254740991,-9007199254740991]"


@given(st.binary(min_size=16, max_size=16), clean_texts)
def test_a_commitment_is_the_hash_of_salt_and_canonical_value(salt: bytes, value: str) -> None:
    assert commitment(salt, value) == hashlib.sha256(salt + verifier.jcs(value)).hexdigest()


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16), clean_texts, clean_texts)
def test_a_commitment_tells_salts_and_values_apart(one: bytes, two: bytes, mine: str, yours: str) -> None:
    assert (commitment(one, mine) == commitment(two, mine)) == (one == two)
    assert (commitment(one, mine) == commitment(one, yours)) == (mine == yours)


@given(st.datetimes(min_value=datetime(1000, 1, 2), timezones=st.sampled_from([UTC, timezone(timedelta(hours=13))])))
def test_times_are_utc_with_milliseconds_and_z(at: datetime) -> None:
    said = stamp(at)
    assert verifier.is_time(said)
    assert timedelta(0) <= at - datetime.fromisoformat(said) < timedelta(milliseconds=1)


def test_a_whole_second_still_has_its_milliseconds() -> None:
    assert stamp(datetime(2026, 11, 21, 2, 15, tzinfo=UTC)) == "2026-11-21T02:15:00.000Z"
