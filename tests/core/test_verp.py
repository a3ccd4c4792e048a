"""Envelope senders: which mail came back is said by the address it came back to, and nobody can make one up."""

import random
from uuid import UUID

import pytest

from app.core import verp

KEY = b"k" * 32
ROW = UUID("0193e0a4-7c1e-7d3a-9d6e-0a1b2c3d4e5f")
SENDER = verp.sender("bounces@assent.example", ROW, KEY)
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def test_the_sender_names_the_row_and_fits_into_every_local_part() -> None:
    local, _, domain = SENDER.rpartition("@")
    assert (local[:8], domain, len(local)) == ("bounces+", "assent.example", 48)
    longest = verp.sender("b" * verp.OWN_LIMIT + "@assent.example", ROW, KEY)
    assert len(longest.rpartition("@")[0]) == 64
    assert verp.row_of(longest, KEY) == ROW


@pytest.mark.parametrize("local", ["b" * (verp.OWN_LIMIT + 1), ""])
def test_an_address_that_leaves_no_room_is_no_sender(local: str) -> None:
    with pytest.raises(ValueError, match="before its @"):
        verp.sender(f"{local}@assent.example", ROW, KEY)


@pytest.mark.parametrize(
    "form",
    [
        SENDER,
        SENDER.upper(),
        SENDER.title(),
        SENDER.rpartition("@")[0],
        SENDER.replace("bounces+", "acme+mail+bounces+"),
        SENDER.replace("bounces+", "bounces-"),
        SENDER.replace("assent.example", "[192.0.2.1]"),
    ],
)
def test_a_sender_is_known_again_however_servers_spell_it(form: str) -> None:
    assert verp.row_of(form, KEY) == ROW


def test_no_changed_character_and_no_other_key_leaves_it_genuine() -> None:
    token = SENDER[8:48]
    for place in range(40):
        for char in set(LETTERS) - {token[place]}:
            assert verp.row_of(f"bounces+{token[:place]}{char}{token[place + 1 :]}@assent.example", KEY) is None
    assert verp.row_of(SENDER, KEY[:-1] + b"l") is None


def test_guesses_name_nothing() -> None:
    guess = random.Random(20261121)
    for _ in range(2_000):
        assert verp.row_of(f"bounces+{''.join(guess.choices(LETTERS, k=40))}@assent.example", KEY) is None


@pytest.mark.parametrize(
    "garbage",
    [
        *("", "@", "bounces@assent.example", "+" * 1000, "a" * 40, "a" * 40 + "@", "\0" * 40, "é" * 40 + "@x"),
        *(f"bounces+{char * number}@x" for char, number in (("a", 39), ("a", 41), ("1", 40), ("ſ", 40))),
        *("\ud800@x", "x" * 10**6, SENDER.replace("+", "")),
    ],
    ids=ascii,
)
def test_what_is_no_sender_of_ours_names_no_row(garbage: str) -> None:
    assert verp.row_of(garbage, KEY) is None
