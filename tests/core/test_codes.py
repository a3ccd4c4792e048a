"""Mailed one-time codes: six digits derived from a key, a session and a number."""

import hashlib
import hmac
from collections import Counter
from uuid import UUID

import pytest

from app.core import codes

KEY = b"c" * 32
SESSION = UUID("0193e0a4-7c1e-7d3a-9d6e-0a1b2c3d4e5f")
OTHER = UUID("0193e0a4-7c1e-7d3a-9d6e-ffffffffffff")


@pytest.mark.parametrize("number", [1, 2, 300, 2**31])
def test_a_code_is_derived_from_key_session_and_number(number: int) -> None:
    mac = hmac.new(KEY, SESSION.bytes + number.to_bytes(4, "big"), hashlib.sha256).digest()
    assert codes.code(KEY, SESSION, number) == f"{int.from_bytes(mac[:8], 'big') % 1_000_000:06d}"


def test_codes_are_always_six_digits_and_spread_over_all_of_them() -> None:
    made = [codes.code(KEY, SESSION, number) for number in range(1, 5001)]
    assert all(len(code) == 6 and code.isdigit() for code in made)
    assert len(set(made)) > 4950
    first = Counter(code[0] for code in made)
    assert set(first) == set("0123456789")
    assert min(first.values()) > 400


def test_only_the_code_of_this_key_session_and_number_matches() -> None:
    code = codes.code(KEY, SESSION, 1)
    assert codes.matches(KEY, SESSION, 1, code)
    assert not codes.matches(KEY, SESSION, 2, code)
    assert not codes.matches(KEY, OTHER, 1, code)
    assert not codes.matches(KEY[:-1] + b"d", SESSION, 1, code)


def test_a_code_may_be_typed_with_gaps() -> None:
    code = codes.code(KEY, SESSION, 1)
    for typed in (f" {code} ", f"{code[:3]} {code[3:]}", f"{code[:3]}-{code[3:]}", f"{code}\r\n"):
        assert codes.matches(KEY, SESSION, 1, typed)


def test_nothing_else_matches() -> None:
    code = codes.code(KEY, SESSION, 1)
    arabic = "".join(chr(0x660 + int(digit)) for digit in code)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for typed in ("", code[:5], code + "0", "0" + code, code * 2, wrong, arabic, "\ud800", "x" * 10_000):
        assert not codes.matches(KEY, SESSION, 1, typed)


def test_of_all_million_guesses_one_is_right() -> None:
    """Sampled: a thousand guesses spread evenly, the right one among them."""
    code = int(codes.code(KEY, SESSION, 1))
    guesses = {f"{(code + step) % 1_000_000:06d}" for step in range(0, 1_000_000, 1_000)}
    assert [guess for guess in guesses if codes.matches(KEY, SESSION, 1, guess)] == [f"{code:06d}"]
