"""The partner's word: attest that the customer agreed, or record that it no longer does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.commands import statements
from app.commands.files import MOST, File, attach
from app.commands.firing import Says, fire
from app.commands.history import already_confirmed, renewal_due
from app.commands.invitations import close
from app.commands.tasks import finish
from app.core import contact as text
from app.core.act import Act
from app.core.contact import Contact
from app.core.evidence import stamp
from app.core.facts import AttestFacts, WithdrawFacts
from app.core.lifecycle import Event, State
from app.core.permissions import Action, refusal, require_person
from app.core.policy import Rulebook
from app.core.refusals import Reason, refuse_if
from app.core.steps import attest_action
from app.core.vocabulary import (
    AcceptanceMethod,
    ActorKind,
    AgreementType,
    Assurance,
    DraftStatus,
    DraftStep,
    InvitationStatus,
    TaskKind,
)
from app.db import db, new_id
from app.models import Draft, DraftEvent, Machine, Partner, Record, Relationship

CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class Prepared:
    """Who prepared an attestation that somebody else now gives, and on what."""

    draft: UUID
    by: str
    attachments: tuple[str, ...]


@dataclass(frozen=True)
class Claim:
    """The very words somebody vouched for, in which language, and the files that support them."""

    words: str
    language: str
    files: Sequence[File] = ()


def attest(
    act: Act,
    machine: Machine,
    relationship: Relationship,
    contact: Contact,
    agreed_at: datetime,
    rules: Rulebook,
    prepared: Prepared | None = None,
    claim: Claim | None = None,
) -> Record:
    """Record the partner's confirmation; beside a direct acceptance that still counts it changes no state."""
    require_person(act)
    files = claim.files if claim else ()
    refuse_if(len(files) > MOST, Reason.INVALID_VALUE, field=f"files (at most {MOST})")
    terms = rules.terms(machine.agreement_type, act.at)
    facts = facts_of(act, machine, relationship, contact, agreed_at, rules, _forbidden(act, machine, prepared))
    corrects = machine.acceptance_number if machine.method is AcceptanceMethod.ATTESTED else None
    says = Says(
        clear={
            "templateId": terms.template_id,
            "version": terms.version,
            "country": relationship.country,
            "statedDate": stamp(agreed_at),
            "scenario": machine.scenario,
            "supersedes": corrects,
            "assurance": Assurance.ATTESTED,
            "draft": str(prepared.draft) if prepared else None,
            "attachments": _hashes(prepared, files),
            "statementSha256": statements.digest(claim.words) if claim else None,
            "statementLanguage": claim.language if claim else None,
        },
        personal=contact.personal() | ({"preparedBy": prepared.by} if prepared else {}),
    )
    record = fire(machine, Event.ATTEST, act, facts, says, to=relationship.email)
    attach(act, machine.partner_id, files, record_id=record.id)
    if claim:
        statements.keep(act, claim.words)
    if machine.state is State.ATTESTED:
        machine.acceptance_number = machine.number
        machine.method, machine.assurance = AcceptanceMethod.ATTESTED, Assurance.ATTESTED
        # A caller's clock may be ahead of ours; the acceptance counts from now on all the same.
        machine.agreed_at, machine.template_id = min(agreed_at, act.at), terms.template_id
        machine.accepted_version = terms.version
        machine.scenario = None
        close(machine, InvitationStatus.REVOKED)
    if prepared is None:
        _settle(act, machine, contact)
    return record


def _hashes(prepared: Prepared | None, files: Sequence[File]) -> tuple[str, ...] | None:
    """Those of all that supports it; a draft's stand in the record even where there are none."""
    own = tuple(file.sha256 for file in files)
    return (*prepared.attachments, *own) if prepared else own or None


def _settle(act: Act, machine: Machine, contact: Contact) -> None:
    """A draft that waits to say just this has become needless; approved, it would be a duplicate."""
    waiting = select(Draft).where(Draft.machine_id == machine.id, Draft.status == DraftStatus.SUBMITTED)
    draft = db.session.scalar(waiting)
    if draft is None or draft.contact.personal() != contact.personal():
        return
    draft.status = DraftStatus.DISCARDED
    step = {"step": DraftStep.DISCARDED, "actor": act.signature, "at": act.at, "note": f"see record {machine.number}"}
    db.session.add(DraftEvent(id=new_id(), partner_id=draft.partner_id, draft_id=draft.id, **step))
    finish(act, machine, TaskKind.REVIEW_DRAFT)


def facts_of(
    act: Act,
    machine: Machine,
    relationship: Relationship,
    contact: Contact,
    agreed_at: datetime,
    rules: Rulebook,
    forbidden: Reason | None = None,
) -> AttestFacts:
    """What the machine has to know of an attestation before it is given."""
    kind, country = machine.agreement_type, relationship.country
    since = rules.cut_off(kind, country, act.at)
    return AttestFacts(
        forbidden=forbidden,
        cloud=relationship.customer.cloud,
        on_offer=rules.recordable(kind, act.at),
        in_future=agreed_at > act.at + CLOCK_SKEW,
        duplicate=already_confirmed(machine, contact, rules.terms(kind, act.at), since),
        direct_is_stale=machine.state is State.DIRECT and renewal_due(machine, country, act.at, rules),
    )


def _forbidden(act: Act, machine: Machine, prepared: Prepared | None) -> Reason | None:
    """Why this caller may not vouch: the role, or that a second person is needed."""
    word = refusal(act, attest_action(machine.state))
    if word or prepared or act.kind is ActorKind.SYSTEM:
        return word
    partner = db.session.get(Partner, machine.partner_id)
    return Reason.SECOND_PERSON_NEEDED if partner and partner.four_eyes else None


def withdraw(act: Act, machine: Machine, reason: str) -> None:
    """The customer no longer agrees; the partner now owes cancelling its subscriptions (a task says so)."""
    says = Says(
        clear={"supersedes": machine.acceptance_number},
        personal={"reason": text.line(reason, "reason", limit=1000)},
    )
    fire(machine, Event.WITHDRAW, act, WithdrawFacts(refusal(act, Action.WITHDRAW)), says)
    machine.acceptance_number = machine.method = machine.assurance = None
    machine.agreed_at = machine.template_id = machine.accepted_version = None


def type_of(rules: Rulebook, template_id: str | None, named: str | None) -> AgreementType:
    """Which agreement a confirmation is of: the template decides, as it does at the vendor; else the name."""
    refuse_if(not template_id and not named, Reason.MISSING_FIELD, field="templateId")
    kind = rules.catalogue.type_of(template_id) if template_id else None
    refuse_if(bool(template_id) and kind is None, Reason.UNKNOWN_TEMPLATE)
    refuse_if(kind is None and named not in list(AgreementType), Reason.UNKNOWN_AGREEMENT_TYPE, type=named)
    return kind or AgreementType(str(named))
