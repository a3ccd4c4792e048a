"""The guards: everything each of them may object to, with its word, in every state in which it is asked."""

from typing import Any

import pytest

from app.core.lifecycle import State
from app.core.refusals import Reason
from app.core.vocabulary import Cloud, InvitationStatus
from tests.core.moving import Row, outcome

ANYONE = ("unconfirmed", "invited", "direct-accepted", "partner-attested", "blocked-needs-attestation")
INVITABLE, ACCEPTED, INVITED = ANYONE[:4], ANYONE[2:4], ANYONE[1:2]
DUE = {"reconfirmation_due": True}

# Each thing a guard may object to, the states in which it is asked, and its word.
OBJECTIONS: list[tuple[str, tuple[str, ...], dict[str, Any], str]] = [
    ("invite", INVITABLE, {"related": False} | DUE, "no-relationship"),
    ("invite", INVITABLE, {"suppressed": True} | DUE, "contact-suppressed"),
    ("invite", INVITABLE, {"contact_is_partner": True} | DUE, "contact-is-partner"),
    ("invite", INVITABLE, {"cloud": Cloud.US_GOVERNMENT} | DUE, "national-cloud-unsupported"),
    ("invite", INVITABLE, {"cloud": Cloud.GERMANY} | DUE, "national-cloud-unsupported"),
    ("invite", INVITABLE, {"cloud": Cloud.CHINA} | DUE, "national-cloud-unsupported"),
    ("invite", INVITABLE, {"direct_route_open": False} | DUE, "direct-route-not-available"),
    ("invite", ACCEPTED, {"reconfirmation_due": False}, "nothing-to-reconfirm"),
    ("accept", INVITED, {"expired": True}, "invitation-expired"),
    ("accept", INVITED, {"invitation": InvitationStatus.EXPIRED}, "invitation-expired"),
    ("accept", INVITED, {"invitation": InvitationStatus.REVOKED}, "invitation-revoked"),
    ("accept", INVITED, {"invitation": InvitationStatus.USED}, "invitation-used"),
    ("accept", INVITED, {"invitation": InvitationStatus.DECLINED}, "invitation-used"),
    ("accept", INVITED, {"terms_unchanged": False}, "terms-changed"),
    ("accept", INVITED, {"may_bind": False}, "not-an-admin"),
    ("accept", INVITED, {"agreed": False}, "not-agreed"),
    ("accept", INVITED, {"prior_purchases": True}, "direct-acceptance-unavailable"),
    ("block", ANYONE[:2], {"prior_purchases": False}, "no-prior-purchases"),
    ("block", ANYONE[:2], {"on_record": True}, "no-prior-purchases"),
    ("attest", ANYONE, {"forbidden": Reason.ROLE_NOT_ALLOWED}, "role-not-allowed"),
    ("attest", ANYONE, {"forbidden": Reason.RESELLER_CANNOT_ATTEST}, "reseller-cannot-attest"),
    ("attest", ANYONE, {"cloud": Cloud.CHINA}, "national-cloud-unsupported"),
    ("attest", ANYONE, {"in_future": True}, "date-in-future"),
    ("attest", ANYONE, {"duplicate": True}, "already-confirmed"),
    ("attest", ACCEPTED[:1], {"duplicate": True, "direct_is_stale": True}, "already-confirmed"),
    ("lapse", INVITED, {"due": False}, "not-due"),
    ("decline", INVITED, {"expired": True}, "invitation-expired"),
    ("decline", INVITED, {"invitation": InvitationStatus.REVOKED}, "invitation-revoked"),
    ("decline", INVITED, {"invitation": InvitationStatus.USED}, "invitation-used"),
    ("decline", INVITED, {"identified": False}, "not-signed-in"),
    ("withdraw", ACCEPTED, {"forbidden": Reason.ROLE_NOT_ALLOWED}, "role-not-allowed"),
    ("withdraw", ACCEPTED, {"forbidden": Reason.WRONG_PARTNER_TYPE}, "wrong-partner-type"),
]


@pytest.mark.parametrize(("event", "states", "facts", "word"), OBJECTIONS)
def test_every_guard_refuses_with_its_word_and_leaves_the_row_as_it_was(
    event: str, states: tuple[str, ...], facts: dict[str, Any], word: str
) -> None:
    for state in map(State, states):
        origins = (None, State.UNCONFIRMED, State.DIRECT, State.ATTESTED) if state is State.INVITED else (None,)
        for origin in origins:
            row = Row(state, origin)
            assert outcome(row, event, **facts) == word
            assert row == Row(state, origin)
