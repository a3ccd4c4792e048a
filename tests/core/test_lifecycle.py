"""The state machine: every state with every event, where origin and facts lead, what a refusal leaves behind."""

from typing import Any

import pytest
from statemachine.exceptions import TransitionNotAllowed

from app.core.lifecycle import Event, Lifecycle, State, move
from app.core.refusals import Reason, Refused
from tests.core.moving import PLAIN, Row, outcome

# Every state with every event: where it leads, or the word that refuses it.
TABLE = [
    ("unconfirmed", "invite", "invited"),
    ("unconfirmed", "accept", "wrong-state"),
    ("unconfirmed", "block", "blocked-needs-attestation"),
    ("unconfirmed", "attest", "partner-attested"),
    ("unconfirmed", "lapse", "wrong-state"),
    ("unconfirmed", "decline", "wrong-state"),
    ("unconfirmed", "withdraw", "wrong-state"),
    ("invited", "invite", "invited"),
    ("invited", "accept", "direct-accepted"),
    ("invited", "block", "blocked-needs-attestation"),
    ("invited", "attest", "partner-attested"),
    ("invited", "lapse", "unconfirmed"),
    ("invited", "decline", "unconfirmed"),
    ("invited", "withdraw", "wrong-state"),
    ("direct-accepted", "invite", "nothing-to-reconfirm"),
    ("direct-accepted", "accept", "wrong-state"),
    ("direct-accepted", "block", "wrong-state"),
    ("direct-accepted", "attest", "direct-accepted"),
    ("direct-accepted", "lapse", "wrong-state"),
    ("direct-accepted", "decline", "wrong-state"),
    ("direct-accepted", "withdraw", "unconfirmed"),
    ("partner-attested", "invite", "nothing-to-reconfirm"),
    ("partner-attested", "accept", "wrong-state"),
    ("partner-attested", "block", "wrong-state"),
    ("partner-attested", "attest", "partner-attested"),
    ("partner-attested", "lapse", "wrong-state"),
    ("partner-attested", "decline", "wrong-state"),
    ("partner-attested", "withdraw", "unconfirmed"),
    ("blocked-needs-attestation", "invite", "wrong-state"),
    ("blocked-needs-attestation", "accept", "wrong-state"),
    ("blocked-needs-attestation", "block", "wrong-state"),
    ("blocked-needs-attestation", "attest", "partner-attested"),
    ("blocked-needs-attestation", "lapse", "wrong-state"),
    ("blocked-needs-attestation", "decline", "wrong-state"),
    ("blocked-needs-attestation", "withdraw", "wrong-state"),
]


def test_every_state_answers_every_event_as_written() -> None:
    assert {(state, event) for state, event, _ in TABLE} == {(s.value, e.value) for s in State for e in Event}
    assert len(TABLE) == 35
    assert [(state, event, outcome(Row(State(state)), event)) for state, event, _ in TABLE] == TABLE


@pytest.mark.parametrize(
    ("state", "origin", "event", "facts", "target", "origin_then"),
    [
        # An invitation that ends without an answer leads back to where it came from.
        ("invited", None, "lapse", {}, "unconfirmed", None),
        ("invited", "unconfirmed", "lapse", {}, "unconfirmed", None),
        ("invited", "direct-accepted", "lapse", {}, "direct-accepted", None),
        ("invited", "partner-attested", "lapse", {}, "partner-attested", None),
        ("invited", None, "decline", {}, "unconfirmed", None),
        ("invited", "unconfirmed", "decline", {}, "unconfirmed", None),
        ("invited", "direct-accepted", "decline", {}, "direct-accepted", None),
        ("invited", "partner-attested", "decline", {}, "partner-attested", None),
        # Asking again for a newer material version remembers what stood before.
        ("unconfirmed", None, "invite", {}, "invited", "unconfirmed"),
        ("direct-accepted", None, "invite", {"reconfirmation_due": True}, "invited", "direct-accepted"),
        ("partner-attested", None, "invite", {"reconfirmation_due": True}, "invited", "partner-attested"),
        # Inviting again keeps it.
        ("invited", None, "invite", {}, "invited", None),
        ("invited", "unconfirmed", "invite", {}, "invited", "unconfirmed"),
        ("invited", "direct-accepted", "invite", {}, "invited", "direct-accepted"),
        ("invited", "partner-attested", "invite", {}, "invited", "partner-attested"),
        # Any other way out of `invited` forgets it.
        ("invited", "partner-attested", "accept", {}, "direct-accepted", None),
        ("invited", "direct-accepted", "attest", {}, "partner-attested", None),
        ("invited", "unconfirmed", "block", {}, "blocked-needs-attestation", None),
        # Beside a direct acceptance an attestation moves nothing, unless that acceptance is stale.
        ("direct-accepted", None, "attest", {"direct_is_stale": False}, "direct-accepted", None),
        ("direct-accepted", None, "attest", {"direct_is_stale": True}, "partner-attested", None),
        # A customer with an acceptance on record is not blocked by its own orders.
        ("invited", "direct-accepted", "accept", {"prior_purchases": True, "on_record": True}, "direct-accepted", None),
        # What the vendor's portal refused blocks, whatever is known here.
        (
            "invited",
            "unconfirmed",
            "block",
            {"prior_purchases": False, "refused_upstream": True},
            "blocked-needs-attestation",
            None,
        ),
    ],
)
def test_where_an_event_leads_depends_on_origin_and_facts(
    state: str, origin: str | None, event: str, facts: dict[str, Any], target: str, origin_then: str | None
) -> None:
    row = Row(State(state), State(origin) if origin else None)
    assert outcome(row, event, **facts) == target
    assert row == Row(State(target), State(origin_then) if origin_then else None)


def test_an_event_answers_the_state_it_came_from() -> None:
    row = Row(State.INVITED)
    assert move(row, Event.ACCEPT, PLAIN["accept"]) is State.INVITED
    assert row.state is State.DIRECT


@pytest.mark.parametrize(("state", "event", "word"), [row for row in TABLE if row[2] == "wrong-state"])
def test_an_event_out_of_place_says_where_the_agreement_stands_and_changes_nothing(
    state: str, event: str, word: str
) -> None:
    row = Row(State(state), State.DIRECT)
    with pytest.raises(Refused) as refused:
        move(row, Event(event), PLAIN[event])
    assert refused.value.reason is Reason(word)
    assert refused.value.data == {"state": State(state), "event": Event(event)}
    assert row == Row(State(state), State.DIRECT)


def test_the_library_behaves_as_the_design_relies_on() -> None:
    flags = {
        "allow_event_without_transition": False,
        "enable_self_transition_entries": False,
        "catch_errors_as_events": False,
        "atomic_configuration_update": True,
    }
    assert {name: getattr(Lifecycle, name) for name in flags} == flags


def test_the_bare_machine_raises_for_an_event_out_of_place() -> None:
    row = Row(State.UNCONFIRMED)
    with pytest.raises(TransitionNotAllowed):
        Lifecycle(row, state_field="state").send("accept", facts=PLAIN["accept"])
    assert row == Row(State.UNCONFIRMED)


def test_an_unknown_stored_state_is_an_error_and_stays_as_it_is() -> None:
    row = Row("expired")  # type: ignore[arg-type]
    with pytest.raises(KeyError, match="expired"):
        move(row, Event.INVITE, PLAIN["invite"])
    assert row.state == "expired"


def test_a_state_loaded_as_plain_text_becomes_the_vocabularys_own_word() -> None:
    row = Row("unconfirmed")  # type: ignore[arg-type]
    move(row, Event.INVITE, PLAIN["invite"])
    assert row.state is State.INVITED
