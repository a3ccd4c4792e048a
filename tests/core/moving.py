"""A row to move, facts that no guard objects to, and what became of an event."""

from dataclasses import dataclass, replace
from typing import Any

from app.core.facts import (
    AcceptFacts,
    AttestFacts,
    BlockFacts,
    DeclineFacts,
    Facts,
    InviteFacts,
    LapseFacts,
    WithdrawFacts,
)
from app.core.lifecycle import Event, State, move
from app.core.refusals import Refused
from app.core.vocabulary import Cloud, InvitationStatus


@dataclass
class Row:
    """Where an agreement stands, as a stored row would say it."""

    state: State
    origin: State | None = None


# Facts under which no guard objects, except that nothing is due for reconfirmation.
PLAIN: dict[str, Facts] = {
    "invite": InviteFacts(
        related=True,
        suppressed=False,
        contact_is_partner=False,
        cloud=Cloud.PUBLIC,
        direct_route_open=True,
        on_offer=True,
        reconfirmation_due=False,
    ),
    "accept": AcceptFacts(
        invitation=InvitationStatus.OPEN,
        expired=False,
        terms_unchanged=True,
        may_bind=True,
        agreed=True,
        prior_purchases=False,
        on_record=False,
    ),
    "block": BlockFacts(prior_purchases=True, on_record=False),
    "attest": AttestFacts(
        forbidden=None, cloud=Cloud.PUBLIC, on_offer=True, in_future=False, duplicate=False, direct_is_stale=False
    ),
    "lapse": LapseFacts(due=True),
    "decline": DeclineFacts(invitation=InvitationStatus.OPEN, expired=False, identified=True),
    "withdraw": WithdrawFacts(),
}


def outcome(row: Row, event: str, **facts: Any) -> str:
    """Where the event led, or the word that refused it."""
    try:
        before = move(row, Event(event), replace(PLAIN[event], **facts))
    except Refused as refused:
        return refused.reason.value
    assert before in State
    return row.state.value
