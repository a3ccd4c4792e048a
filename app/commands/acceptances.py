"""The customer's own answer: accept, decline, or learn that it cannot accept directly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.commands import statements
from app.commands.attestations import CLOCK_SKEW
from app.commands.firing import Says, fire
from app.commands.history import EXISTING_PARTNER, NEW_PARTNER, last_word, scenario
from app.commands.invitations import open_invitation
from app.core import contact as text
from app.core.act import Act
from app.core.agreements import Terms
from app.core.evidence import stamp
from app.core.facts import AcceptFacts, BlockFacts, DeclineFacts
from app.core.lifecycle import Event, State
from app.core.permissions import Action, require
from app.core.policy import Rulebook
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import (
    AcceptanceMethod,
    ActorKind,
    Assurance,
    InvitationKind,
    InvitationStatus,
    RelationshipState,
)
from app.models import Invitation, Machine, Relationship


@dataclass(frozen=True)
class Consent:
    """What the customer was shown, and did with it."""

    statement: str
    shown_sha256: str
    typed_name: str
    agreed: bool
    may_bind: bool
    assurance: Assurance
    language: str
    # The agreement's text, where its very bytes are held and were offered to be read.
    document_sha256: str | None = None
    # That of the statement, which is the page's; `language` is the agreement's own.
    statement_language: str = "en"


def accept(
    act: Act,
    machine: Machine,
    relationship: Relationship,
    invitation: Invitation,
    consent: Consent,
    rules: Rulebook,
) -> None:
    """Record the customer's acceptance of exactly what stood on the page."""
    refuse_if(act.kind is not ActorKind.CUSTOMER, Reason.NOT_SIGNED_IN)
    name = text.line(consent.typed_name, "typedName", required=False)
    terms = rules.terms(machine.agreement_type, act.at)
    sha256 = statements.digest(consent.statement)
    unchanged, agreed = consent.shown_sha256 == sha256, consent.agreed and bool(name)
    facts = _facts(act, machine, invitation, terms_unchanged=unchanged, may_bind=consent.may_bind, agreed=agreed)
    says = Says(
        clear={
            "templateId": terms.template_id,
            "version": terms.version,
            "country": relationship.country,
            "language": consent.language,
            "statementSha256": sha256,
            "statementLanguage": consent.statement_language,
            "documentSha256": consent.document_sha256,
            "invitation": str(invitation.id),
            "kind": invitation.kind,
            "assurance": consent.assurance,
        },
        personal=invitation.contact.personal() | {"typedName": name},
    )
    fire(machine, Event.ACCEPT, act, facts, says, invitation)
    statements.keep(act, consent.statement)
    _enter(machine, relationship, invitation, terms, consent.assurance, act.at)


def accept_elsewhere(
    act: Act,
    machine: Machine,
    relationship: Relationship,
    invitation: Invitation | None,
    agreed_at: datetime,
    person: Mapping[str, str | None],
    rules: Rulebook,
) -> None:
    """Record what another portal says: it identified the person, showed the terms, and they were accepted."""
    refuse_if(act.kind is not ActorKind.UPSTREAM, Reason.ROLE_NOT_ALLOWED)
    refuse_if(agreed_at > act.at + CLOCK_SKEW, Reason.DATE_IN_FUTURE)
    if invitation is None:
        raise Refused(Reason.WRONG_STATE, state=machine.state, event=Event.ACCEPT)
    # Its clock may be ahead of ours; the acceptance counts from now on all the same.
    since = min(agreed_at, act.at)
    # One that is older than the last word on record is no answer to being asked anew.
    said = last_word(machine)
    refuse_if(said is not None and since <= said, Reason.TOO_OLD)
    terms = rules.terms(machine.agreement_type, since)
    facts = _facts(act, machine, invitation, terms_unchanged=True, may_bind=True, agreed=True)
    says = Says(
        clear={
            "templateId": terms.template_id,
            "version": terms.version,
            "country": relationship.country,
            "statedDate": stamp(agreed_at),
            "invitation": str(invitation.id),
            "kind": invitation.kind,
            "assurance": Assurance.IMPORTED,
            "source": act.id,
        },
        personal=person,
    )
    fire(machine, Event.ACCEPT, act, facts, says, invitation)
    _enter(machine, relationship, invitation, terms, Assurance.IMPORTED, since)


def _facts(
    act: Act, machine: Machine, invitation: Invitation, *, terms_unchanged: bool, may_bind: bool, agreed: bool
) -> AcceptFacts:
    """What was seen to where the customer accepted, and what we know of it ourselves."""
    return AcceptFacts(
        invitation=invitation.status,
        expired=act.at >= invitation.expires_at,
        terms_unchanged=terms_unchanged,
        may_bind=may_bind,
        agreed=agreed,
        prior_purchases=scenario(machine) is not None,
        on_record=machine.on_record,
    )


def _enter(
    machine: Machine,
    relationship: Relationship,
    invitation: Invitation,
    terms: Terms,
    assurance: Assurance,
    at: datetime,
) -> None:
    """The acceptance just recorded is the one that counts; the invitation has done its work."""
    machine.acceptance_number = machine.number
    machine.method, machine.assurance = AcceptanceMethod.DIRECT, assurance
    machine.agreed_at, machine.template_id = at, terms.template_id
    machine.accepted_version = terms.version
    machine.scenario = None
    invitation.status = InvitationStatus.USED
    if invitation.kind is InvitationKind.RELATIONSHIP and relationship.state is RelationshipState.REQUESTED:
        relationship.state = RelationshipState.ACTIVE


def decline(act: Act, machine: Machine, invitation: Invitation, reason: str) -> None:
    refuse_if(act.kind is not ActorKind.CUSTOMER, Reason.NOT_SIGNED_IN)
    facts = DeclineFacts(
        invitation=invitation.status,
        expired=act.at >= invitation.expires_at,
        identified=act.kind is ActorKind.CUSTOMER,
    )
    says = Says(
        clear={"invitation": str(invitation.id)},
        personal=invitation.contact.personal() | {"reason": text.line(reason, "reason", required=False, limit=1000)},
    )
    fire(machine, Event.DECLINE, act, facts, says, invitation)
    invitation.status = InvitationStatus.DECLINED


def block(
    act: Act, machine: Machine, invitation: Invitation | None, *, upstream: bool = False, told: int | None = None
) -> None:
    """The customer cannot accept by itself: say so, remember the scenario (ours, or the one told), tell the partner."""
    number = scenario(machine) or told
    facts = BlockFacts(prior_purchases=number is not None, on_record=machine.on_record, refused_upstream=upstream)
    says = Says(clear={"scenario": number, "invitation": str(invitation.id) if invitation else None})
    fire(machine, Event.BLOCK, act, facts, says, invitation)
    machine.scenario = number


def report_refusal(act: Act, machine: Machine, number: int) -> None:
    """Staff heard, or the portal itself tells, that it sent the customer back to its partner, as scenario 1 or 2."""
    require(act, Action.RECORD_PURCHASE)
    refuse_if(number not in (EXISTING_PARTNER, NEW_PARTNER), Reason.INVALID_VALUE, field="scenario (1 or 2)")
    refuse_if(machine.on_record, Reason.WRONG_STATE, state=machine.state, event=Event.BLOCK)
    block(act, machine, open_invitation(machine), upstream=True, told=number)


def is_barred(machine: Machine) -> bool:
    """True when opening the agreement has to end in `block` instead."""
    open_to_it = machine.state in (State.UNCONFIRMED, State.INVITED)
    return open_to_it and not machine.on_record and scenario(machine) is not None
