"""THE page: the five states of a customer agreement, the seven events that move it, and what guards them."""

from enum import StrEnum
from typing import Protocol

from statemachine import StateMachine
from statemachine.exceptions import TransitionNotAllowed
from statemachine.states import States

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
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import Cloud, InvitationStatus


class State(StrEnum):
    UNCONFIRMED = "unconfirmed"
    INVITED = "invited"
    DIRECT = "direct-accepted"
    ATTESTED = "partner-attested"
    BLOCKED = "blocked-needs-attestation"


class Event(StrEnum):
    INVITE = "invite"
    ACCEPT = "accept"
    BLOCK = "block"
    ATTEST = "attest"
    LAPSE = "lapse"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


class Movable(Protocol):
    """What the machine needs of a row: where it stands, and where it was invited from."""

    state: State
    origin: State | None


# Guards. Each raises Refused with its stable word, or lets the event pass.


def contact_may_be_invited(facts: InviteFacts) -> None:
    refuse_if(facts.cloud is not Cloud.PUBLIC, Reason.NATIONAL_CLOUD_UNSUPPORTED, cloud=facts.cloud)
    refuse_if(not facts.on_offer, Reason.UNKNOWN_AGREEMENT_TYPE)
    refuse_if(not facts.related, Reason.NO_RELATIONSHIP)
    refuse_if(facts.contact_is_partner, Reason.CONTACT_IS_PARTNER)
    refuse_if(facts.suppressed, Reason.CONTACT_SUPPRESSED)
    refuse_if(not facts.direct_route_open, Reason.DIRECT_ROUTE_NOT_AVAILABLE)


def reconfirmation_is_due(facts: InviteFacts) -> None:
    refuse_if(not facts.reconfirmation_due, Reason.NOTHING_TO_RECONFIRM)


INVITATION_CLOSED = {
    InvitationStatus.USED: Reason.INVITATION_USED,
    InvitationStatus.DECLINED: Reason.INVITATION_USED,
    InvitationStatus.REVOKED: Reason.INVITATION_REVOKED,
    InvitationStatus.EXPIRED: Reason.INVITATION_EXPIRED,
}


def invitation_is_alive(facts: AcceptFacts | DeclineFacts) -> None:
    closed = INVITATION_CLOSED.get(facts.invitation)
    if closed:
        raise Refused(closed)
    refuse_if(facts.expired, Reason.INVITATION_EXPIRED)


def terms_are_those_shown(facts: AcceptFacts) -> None:
    refuse_if(not facts.terms_unchanged, Reason.TERMS_CHANGED)


def person_may_bind(facts: AcceptFacts) -> None:
    refuse_if(not facts.may_bind, Reason.NOT_AN_ADMIN)


def every_box_is_ticked(facts: AcceptFacts) -> None:
    refuse_if(not facts.agreed, Reason.NOT_AGREED)


def direct_acceptance_is_possible(facts: AcceptFacts) -> None:
    refuse_if(facts.prior_purchases and not facts.on_record, Reason.DIRECT_ACCEPTANCE_UNAVAILABLE)


def purchases_stand_in_the_way(facts: BlockFacts) -> None:
    known = facts.prior_purchases and not facts.on_record
    refuse_if(not known and not facts.refused_upstream, Reason.NO_PRIOR_PURCHASES)


def attester_may_vouch(facts: AttestFacts | WithdrawFacts) -> None:
    if facts.forbidden:
        raise Refused(facts.forbidden)


def attestation_is_sound(facts: AttestFacts) -> None:
    refuse_if(facts.cloud is not Cloud.PUBLIC, Reason.NATIONAL_CLOUD_UNSUPPORTED, cloud=facts.cloud)
    refuse_if(not facts.on_offer, Reason.UNKNOWN_AGREEMENT_TYPE)
    refuse_if(facts.in_future, Reason.DATE_IN_FUTURE)
    refuse_if(facts.duplicate, Reason.ALREADY_CONFIRMED)


def lapse_is_due(facts: LapseFacts) -> None:
    refuse_if(not facts.due, Reason.NOT_DUE)


def person_is_identified(facts: DeclineFacts) -> None:
    refuse_if(not facts.identified, Reason.NOT_SIGNED_IN)


# Conditions only choose between targets; guards of all candidates are the same, for they run first.


def came_from_unconfirmed(model: Movable) -> bool:
    return model.origin in (None, State.UNCONFIRMED)


def came_from_direct(model: Movable) -> bool:
    return model.origin is State.DIRECT


def came_from_attested(model: Movable) -> bool:
    return model.origin is State.ATTESTED


def direct_is_stale(facts: AttestFacts) -> bool:
    return facts.direct_is_stale


def direct_still_counts(facts: AttestFacts) -> bool:
    return not facts.direct_is_stale


INVITE = [contact_may_be_invited]
REINVITE = [contact_may_be_invited, reconfirmation_is_due]
ACCEPT = [
    invitation_is_alive,
    terms_are_those_shown,
    person_may_bind,
    every_box_is_ticked,
    direct_acceptance_is_possible,
]
ATTEST = [attester_may_vouch, attestation_is_sound]
DECLINE = [invitation_is_alive, person_is_identified]

_states = States.from_enum(State, initial=State.UNCONFIRMED, use_enum_instance=True)


class Lifecycle(StateMachine):
    """One customer agreement. Bind it to a row for one command: `Lifecycle(row, state_field="state")`."""

    s = _states

    invite = (
        s.UNCONFIRMED.to(s.INVITED, validators=INVITE)
        | s.INVITED.to.itself(internal=True, validators=INVITE)
        | s.INVITED.from_(s.DIRECT, s.ATTESTED, validators=REINVITE)
    )
    accept = s.INVITED.to(s.DIRECT, validators=ACCEPT)
    block = s.BLOCKED.from_(s.UNCONFIRMED, s.INVITED, validators=purchases_stand_in_the_way)
    attest = (
        s.ATTESTED.from_(s.UNCONFIRMED, s.INVITED, s.BLOCKED, validators=ATTEST)
        | s.ATTESTED.to.itself(internal=True, validators=ATTEST)
        | s.DIRECT.to.itself(internal=True, validators=ATTEST, cond=direct_still_counts)
        | s.DIRECT.to(s.ATTESTED, validators=ATTEST, cond=direct_is_stale)
    )
    lapse = (
        s.INVITED.to(s.UNCONFIRMED, validators=lapse_is_due, cond=came_from_unconfirmed)
        | s.INVITED.to(s.DIRECT, validators=lapse_is_due, cond=came_from_direct)
        | s.INVITED.to(s.ATTESTED, validators=lapse_is_due, cond=came_from_attested)
    )
    decline = (
        s.INVITED.to(s.UNCONFIRMED, validators=DECLINE, cond=came_from_unconfirmed)
        | s.INVITED.to(s.DIRECT, validators=DECLINE, cond=came_from_direct)
        | s.INVITED.to(s.ATTESTED, validators=DECLINE, cond=came_from_attested)
    )
    withdraw = s.UNCONFIRMED.from_(s.DIRECT, s.ATTESTED, validators=attester_may_vouch)


def move(row: Movable, event: Event, facts: Facts) -> State:
    """Fire `event` on `row` and answer the state it came from; a refused event leaves the row as it was."""
    before = row.state
    try:
        Lifecycle(row, state_field="state").send(event.value, facts=facts)
    except TransitionNotAllowed as error:
        raise Refused(Reason.WRONG_STATE, state=before, event=event) from error
    row.state = State(row.state)
    if row.state is not State.INVITED:
        row.origin = None
    elif before is not State.INVITED:
        row.origin = before
    return before
