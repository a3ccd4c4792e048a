"""Links to an agreement's text: what they say, when they die, and that nobody else can make one."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.documents import LIFETIME, NONCE_BYTES, Pass, Use, read, token
from app.core.refusals import Refused

KEY, NONCE = b"k" * 32, b"n" * NONCE_BYTES
AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TEXT = Pass(UUID(int=7), Use.DISPLAY)


@pytest.mark.parametrize("use", list(Use))
def test_a_link_says_what_it_was_made_for_until_it_dies(use: Use) -> None:
    made = token(KEY, Pass(TEXT.document, use), AT, NONCE)
    for age in (timedelta(), LIFETIME - timedelta(seconds=1)):
        assert read(KEY, made, AT + age) == Pass(TEXT.document, use)
    with pytest.raises(Refused, match="link-expired"):
        read(KEY, made, AT + LIFETIME)


def test_a_link_is_in_small_letters_and_differs_by_its_nonce() -> None:
    made = token(KEY, TEXT, AT, NONCE)
    assert made == made.lower()
    assert made.isalnum()
    assert made != token(KEY, TEXT, AT, b"m" * NONCE_BYTES)


def test_another_installations_link_is_none_of_ours() -> None:
    with pytest.raises(Refused, match="not-found"):
        read(b"K" * 32, token(KEY, TEXT, AT, NONCE), AT)


@given(st.integers(0, 76), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_link_with_another_letter_is_dead(place: int, letter: str) -> None:
    made = token(KEY, TEXT, AT, NONCE)
    changed = made[:place] + letter + made[place + 1 :]
    if changed != made:
        with pytest.raises(Refused, match="not-found"):
            read(KEY, changed, AT)


@given(st.text(max_size=120))
def test_any_other_text_is_no_link(words: str) -> None:
    with pytest.raises(Refused, match="not-found"):
        read(KEY, words, AT)
