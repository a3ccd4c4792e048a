"""The chain of one machine: what our verifier says is what a second one says, written from the format alone."""

import base64
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import evidence
from app.core.evidence import commitment
from app.core.topology import MOVES
from tests import verifier

Chain = list[dict[str, Any]]

MACHINE = "0193e0a4-7c1e-7d3a-9d6e-0a1b2c3d4e5f"
OTHER = "0193e0a4-7c1e-7d3a-9d6e-ffffffffffff"
SALT = bytes(range(16))
NOTES = ["link-copied", "bounced", "complained", "disputed", "dispute-closed", "imported", "erased", "evidence-read"]
STEPS = sorted({(str(m.source), str(m.event), str(m.target)) for m in MOVES})


def record(former: dict[str, Any] | None, event: str, after: str, **changes: Any) -> dict[str, Any]:
    """The next link, hashed by the application's own rule."""
    body = {
        "v": 1,
        "machine": MACHINE,
        "number": former["number"] + 1 if former else 1,
        "prev": former["hash"] if former else "0" * 64,
        "event": event,
        "before": former["after"] if former else None,
        "after": after,
        "at": "2026-11-21T02:15:00.000Z",
        "actor": {"kind": "staff", "id": "ana", "role": "admin-agent", "method": "password"},
        "facts": {"agreementType": "MicrosoftCustomerAgreement", "version": 0},
        "sealed": {"email": commitment(SALT, "maria@contoso.example")},
    } | changes
    return body | {"hash": evidence.digest(body)}


def grow(choices: list[int]) -> Chain:
    """A sound chain: the machine's first record and then a move or a note for every choice."""
    chain = [record(None, "created", "unconfirmed")]
    for choice in choices:
        here = chain[-1]["after"]
        ways = [(event, after) for before, event, after in STEPS if before == here] + [(note, here) for note in NOTES]
        event, after = ways[choice % len(ways)]
        chain.append(record(chain[-1], event, after, facts={"choice": choice}))
    return chain


def rehashed(chain: Chain) -> Chain:
    """What a forger makes of a chain who computes every hash anew."""
    sound: Chain = []
    for link in chain:
        body = {**link, "prev": sound[-1]["hash"] if sound else "0" * 64}
        sound.append(body | {"hash": evidence.digest(body)})
    return sound


chains = st.lists(st.integers(0, 10**6), min_size=2, max_size=8).map(grow)


@given(chains)
def test_both_verifiers_find_a_sound_chain_sound(chain: Chain) -> None:
    assert evidence.first_fault(chain) is None
    assert verifier.first_fault(chain) is None


@given(chains)
def test_both_compute_the_same_hash(chain: Chain) -> None:
    assert [evidence.digest(link) for link in chain] == [verifier.record_hash(link) for link in chain]


def both(chain: Chain) -> str | None:
    """What the two verifiers say, which must be the same."""
    ours, theirs = evidence.first_fault(chain), verifier.first_fault(chain)
    assert ours == theirs
    return ours


REPLACEMENTS: list[Any] = [None, True, 0, 2, -1, 1.5, 2**60, "", "x", "e\u0301", "\ud800", [], {}, {"å": 1}]


@given(chains, st.data())
def test_a_changed_member_is_found_at_its_record(chain: Chain, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    name = data.draw(st.sampled_from(sorted(chain[at])))
    held = chain[at][name]
    value = data.draw(st.sampled_from([v for v in REPLACEMENTS if (type(v), v) != (type(held), held)]))
    chain[at][name] = value
    assert (both(chain) or "").startswith(f"record {at + 1}: ")


@given(chains, st.data())
def test_a_flipped_character_is_found_at_its_record(chain: Chain, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    name = data.draw(st.sampled_from(["machine", "prev", "event", "after", "at", "hash"]))
    text = chain[at][name]
    place = data.draw(st.integers(0, len(text) - 1))
    chain[at][name] = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
    assert (both(chain) or "").startswith(f"record {at + 1}: ")


@given(chains, st.data())
def test_a_flip_deep_inside_is_found_at_its_record(chain: Chain, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    part, name, value = data.draw(
        st.sampled_from(
            [
                ("actor", "id", "eve"),
                ("actor", "more", "x"),
                ("facts", "version", 7),
                ("facts", "more", None),
                ("sealed", "email", "0" * 64),
                ("sealed", "phone", "0" * 64),
            ]
        )
    )
    chain[at][part] = {**chain[at][part], name: value}
    assert both(chain) == f"record {at + 1}: hash does not match"


@given(chains, st.data())
def test_a_missing_or_added_member_is_found_at_its_record(chain: Chain, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    name = data.draw(st.sampled_from([*sorted(chain[at]), "extra"]))
    if name in chain[at]:
        del chain[at][name]
    else:
        chain[at][name] = "x"
    assert (both(chain) or "").startswith(f"record {at + 1}: ")


@given(chains, st.data())
def test_a_deleted_record_is_found_where_it_stood(chain: Chain, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 2))
    del chain[at]
    assert both(chain) == f"record {at + 1}: number is {at + 2}"


@given(chains, st.data())
def test_a_stretch_cut_from_the_middle_is_found(chain: Chain, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(chain) - 2))
    last = data.draw(st.integers(first + 1, len(chain) - 1))
    del chain[first:last]
    assert both(chain) == f"record {first + 1}: number is {last + 1}"


@given(chains, chains, st.data())
def test_an_inserted_record_is_found_where_it_stands(chain: Chain, strange: Chain, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(chain)))
    foreign = deepcopy(data.draw(st.sampled_from(strange)))
    fits = at == len(chain) and foreign["number"] == at + 1 and foreign["prev"] == chain[-1]["hash"]
    chain.insert(at, foreign)
    found = both(chain)
    assert fits or (found or "").startswith((f"record {at + 1}: ", f"record {at + 2}: "))


@given(chains, st.data())
def test_two_records_in_each_others_place_are_found_at_the_first(chain: Chain, data: st.DataObject) -> None:
    one = data.draw(st.integers(0, len(chain) - 2))
    two = data.draw(st.integers(one + 1, len(chain) - 1))
    chain[one], chain[two] = chain[two], chain[one]
    assert both(chain) == f"record {one + 1}: number is {two + 1}"


@given(chains)
def test_a_removed_tail_is_not_a_fault_of_the_chain(chain: Chain) -> None:
    """The chain shows edits; that nothing was cut off its end is for the machine's head (and a log) to show."""
    assert both(chain[:-1]) is None


def test_a_text_in_another_unicode_form_is_found() -> None:
    chain = grow([1])
    chain[1] = record(chain[0], "imported", "unconfirmed", facts={"reason": "caf\u00e9"})
    assert both(chain) is None
    chain[1]["facts"] = {"reason": "cafe\u0301"}
    assert both(chain) == "record 2: hash does not match"


def test_a_forger_who_hashes_anew_still_has_to_tell_a_connected_story() -> None:
    chain = rehashed([*grow([0])[:1], record(None, "withdraw", "unconfirmed", number=2, before="direct-accepted")])
    assert both(chain) == "record 2: before is not where record 1 ended"


FORGED: list[tuple[int, dict[str, Any], str]] = [
    (1, {"v": 2}, "v is malformed"),
    (1, {"v": True}, "v is malformed"),
    (1, {"machine": "contoso"}, "machine is malformed"),
    (2, {"machine": OTHER}, "machine is another one"),
    (2, {"event": "sent"}, "event is malformed"),
    (2, {"event": "Invite"}, "event is malformed"),
    (1, {"event": "invite"}, "event is not that of a first record"),
    (2, {"event": "created"}, "event is that of a first record"),
    (2, {"after": None}, "after is malformed"),
    (2, {"event": "disputed"}, "a note moved the machine"),
    (1, {"at": "2026-11-21T02:15:00Z"}, "at is malformed"),
    (1, {"at": "2026-11-21T02:15:00.000000Z"}, "at is malformed"),
    (1, {"at": "2026-11-21T02:15:00.000+00:00"}, "at is malformed"),
    (1, {"at": "2026-11-21 02:15:00.000Z"}, "at is malformed"),
    (1, {"at": "2026-02-30T02:15:00.000Z"}, "at is malformed"),
    (1, {"at": 0}, "at is malformed"),
    (1, {"actor": {"kind": "staff", "id": None, "role": None}}, "actor is malformed"),
    (1, {"actor": {"kind": "robot", "id": None, "role": None, "method": "clock"}}, "actor is malformed"),
    (1, {"facts": []}, "facts is malformed"),
    (1, {"sealed": {"email": "maria@contoso.example"}}, "sealed is malformed"),
    (1, {"extra": 1}, "members are not those of the format: extra"),
]


@pytest.mark.parametrize(("number", "changes", "name"), FORGED)
def test_the_second_verifier_names_a_malformed_record_even_when_its_hashes_are_right(
    number: int, changes: dict[str, Any], name: str
) -> None:
    first = record(None, "created", "unconfirmed")
    chain = [first, record(first, "invite", "invited")]
    chain[number - 1] |= changes
    assert verifier.first_fault(rehashed(chain)) == f"record {number}: {name}"


def known(salt: bytes, value: object) -> dict[str, Any]:
    return {"salt": base64.b64encode(salt).decode(), "value": value}


def test_a_sealed_value_opens_with_its_salt_and_with_no_other() -> None:
    chain = grow([0])
    name = commitment(SALT, "maria@contoso.example")
    assert verifier.first_fault(chain, {name: known(SALT, "maria@contoso.example")}) is None
    fault = "record 1: sealed email does not match"
    assert verifier.first_fault(chain, {name: known(SALT, "eve@contoso.example")}) == fault
    assert verifier.first_fault(chain, {name: known(SALT[::-1], "maria@contoso.example")}) == fault
    assert verifier.first_fault(chain, {name: known(SALT + b"x", "maria@contoso.example")}) == fault


def test_an_erased_value_leaves_the_chain_sound_and_is_reported_as_erased() -> None:
    chain = grow([0])
    assert verifier.first_fault(chain, {}) is None
    assert verifier.erased(chain, {}) == ["record 1: email", "record 2: email"]
    held = {commitment(SALT, "maria@contoso.example"): known(SALT, "maria@contoso.example")}
    assert verifier.erased(chain, held) == []
