"""Reading what a webhook tells: what is sound is read, everything else is refused with a word."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as tried
from hypothesis import strategies as st

from app.core.arrivals import Told, given, key_of, name_of
from app.core.refusals import Reason, Refused
from app.core.vocabulary import PurchaseKind

ID = UUID("019ab4f4-7c6e-7d3c-9d2e-3a3f2f1a0b4c")
READERS: list[Callable[[Told], Any]] = [
    lambda told: told.text("x"),
    lambda told: told.label("x"),
    lambda told: told.id("x"),
    lambda told: told.email("x"),
    lambda told: told.word("x", PurchaseKind, PurchaseKind.OFFER),
    lambda told: told.flag("x", default=True),
    lambda told: told.number("x"),
    lambda told: told.moment("x"),
    lambda told: told.customer("x"),
    lambda told: told.mail("x"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)
DIGITS = st.text(st.sampled_from("0123456789-:.TZ+ "), max_size=30)


def word(read: Callable[[], object]) -> Reason:
    with pytest.raises(Refused) as refused:
        read()
    return refused.value.reason


def field(read: Callable[[Told], object], told: Told) -> object:
    """What a refusal names; None if there is none."""
    try:
        read(told)
    except Refused as refused:
        return refused.data["field"]
    return None


@tried(JSON | DIGITS)
def test_whatever_is_told_is_read_or_refused(value: Any) -> None:
    for told in (Told.of(value), Told.of({"X": value})):
        for read in READERS:
            assert field(read, told) in (None, "x")


@pytest.mark.parametrize("body", [None, [], "", "x", 1, {}, {"x": None}, {"x": ""}])
def test_what_says_nothing_is_absent(body: Any) -> None:
    told = Told.of(body)
    assert [read(told) for read in READERS] == [None] * 4 + [PurchaseKind.OFFER, True] + [None] * 4
    assert word(lambda: given(told.id("x"), "x")) is Reason.MISSING_FIELD


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T10:00:00", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("2026-11-20T10:00:00.1234567+00:00", datetime(2026, 11, 20, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-20T10:00:00+02:00", datetime(2026, 11, 20, 8, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_vendors_write_them(said: str, meant: datetime) -> None:
    assert Told.of({"when": said}).moment("When") == meant


@pytest.mark.parametrize("said", ["20261120", "2026-W47-5", "now", "2026-11-20T25:00:00", "٢٠٢٦-11-20"])
def test_other_times_are_refused(said: str) -> None:
    assert word(lambda: Told.of({"x": said}).moment("x")) is Reason.INVALID_VALUE


@pytest.mark.parametrize(
    "uri",
    [
        f"/v1/customers/{ID}",
        f"/V1/CUSTOMERS/{str(ID).upper()}/",
        f"https://api.partnercenter.example/v1/customers/{ID}",
    ],
)
def test_the_vendor_names_a_customer_by_its_resource(uri: str) -> None:
    assert Told.of({"ResourceUri": uri}).customer("resourceUri") == ID


@pytest.mark.parametrize("uri", ["{}", "/v1/customers/{}/x", "/x/v1/customers/{}", "/v1/customers/", "x" * 3000])
def test_no_other_resource_is_taken_for_a_customer(uri: str) -> None:
    told = Told.of({"ResourceUri": uri.format(ID)})
    assert word(lambda: told.customer("ResourceUri")) in (Reason.INVALID_VALUE, Reason.INVALID_TEXT)


@pytest.mark.parametrize("name", [f"<{ID}@mail.example>", f"{ID}@mail.example"])
def test_a_mail_is_known_by_its_name_with_or_without_brackets(name: str) -> None:
    assert Told.of({"messageId": name}).mail("messageId") == ID


def test_a_number_is_no_switch_and_a_switch_no_number() -> None:
    told = Told.of({"yes": True, "one": 1, "code": 13605, "huge": 10**5000})
    assert word(lambda: told.number("yes")) is Reason.INVALID_VALUE
    assert word(lambda: told.flag("one", default=False)) is Reason.INVALID_VALUE
    assert told.label("code") == "13605"
    assert word(lambda: told.label("huge")) is Reason.INVALID_VALUE


def test_keys_and_names_can_be_stored_whatever_they_are() -> None:
    assert key_of("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W") == "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"
    odd = ["k" * 256, "k" * 257, "\0", "\ud800", "a\nb"]
    assert len({key_of(key) for key in odd}) == len(odd)
    assert {len(key_of(key)) for key in odd} == {64}
    events = {"a.b": "a.b", "a\0\ud800b": "a  b", "x" * 999: "x" * 200, None: "", ("a",): ""}
    assert {event: name_of(event) for event in events} == events
