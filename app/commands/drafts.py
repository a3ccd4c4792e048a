"""Drafts: one person prepares an attestation with its evidence, the confirming partner approves or returns it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from app.commands.attestations import Claim, Prepared, attest, facts_of
from app.commands.files import MOST, File, attach
from app.commands.firing import tell
from app.commands.owing import owe
from app.commands.tasks import finish
from app.core import contact as text
from app.core.act import Act
from app.core.contact import Contact
from app.core.lifecycle import Event
from app.core.permissions import Action, require, require_person, same_person
from app.core.policy import Rulebook
from app.core.refusals import Reason, Refused, refuse_if
from app.core.topology import objection
from app.core.vocabulary import DraftStatus, DraftStep, NewsType, Owed, TaskKind
from app.db import db, new_id
from app.models import Draft, DraftEvent, Machine, Partner, Relationship, Staff, Task


@dataclass(frozen=True)
class Prepare:
    """What the confirming partner is asked to vouch for, and on what grounds."""

    contact: Contact
    agreed_at: datetime
    note: str | None = None
    files: Sequence[File] = ()


def submit(act: Act, machine: Machine, relationship: Relationship, ask: Prepare, rules: Rulebook) -> Draft:
    """A draft for the confirming partner's queue; a former one that was returned gives way."""
    require(act, Action.SUBMIT_DRAFT)
    waiting = select(Draft.id).where(Draft.machine_id == machine.id, Draft.status == DraftStatus.SUBMITTED)
    refuse_if(db.session.scalar(waiting) is not None, Reason.ALREADY_EXISTS, what="A draft for this customer")
    _check(act, machine, relationship, ask, rules)
    _give_way(act, machine)
    draft = Draft(
        id=new_id(),
        partner_id=machine.partner_id,
        machine_id=machine.id,
        machine=machine,
        from_partner_id=act.partner_id or machine.partner_id,
        status=DraftStatus.SUBMITTED,
        prepared_by=act.signature,
        preparer_id=None if act.service else text.uuid(act.id),
        first_name=ask.contact.first_name,
        last_name=ask.contact.last_name,
        email=ask.contact.email,
        phone=ask.contact.phone,
        agreed_at=ask.agreed_at,
        note=_note(ask.note),
        submitted_at=act.at,
        created_at=act.at,
    )
    db.session.add(draft)
    db.session.flush()
    _attach(act, draft, ask.files)
    _hand_in(act, draft, DraftStep.SUBMITTED, ask.note)
    return draft


def resubmit(act: Act, draft: Draft, relationship: Relationship, ask: Prepare, rules: Rulebook) -> None:
    """The returned draft once more, corrected; files are added to those there are."""
    require(act, Action.SUBMIT_DRAFT)
    refuse_if(act.partner_id not in (None, draft.from_partner_id), Reason.NOT_FOUND, what="draft id")
    _expect(draft, "resubmit", DraftStatus.RETURNED)
    _check(act, draft.machine, relationship, ask, rules)
    draft.prepared_by, draft.preparer_id = act.signature, None if act.service else text.uuid(act.id)
    draft.first_name, draft.last_name = ask.contact.first_name, ask.contact.last_name
    draft.email, draft.phone, draft.agreed_at = ask.contact.email, ask.contact.phone, ask.agreed_at
    draft.note, draft.reason, draft.decided_at, draft.decided_by = _note(ask.note), None, None, None
    draft.status, draft.submitted_at = DraftStatus.SUBMITTED, act.at
    _attach(act, draft, ask.files)
    finish(act, draft.machine, TaskKind.REVISE_DRAFT)
    _hand_in(act, draft, DraftStep.RESUBMITTED, ask.note)


def discard(act: Act, draft: Draft) -> None:
    """Taken back by the side that prepared it."""
    require(act, Action.SUBMIT_DRAFT)
    refuse_if(act.partner_id not in (None, draft.from_partner_id), Reason.NOT_FOUND, what="draft id")
    _expect(draft, "discard", DraftStatus.SUBMITTED, DraftStatus.RETURNED)
    draft.status = DraftStatus.DISCARDED
    for kind in (TaskKind.REVIEW_DRAFT, TaskKind.REVISE_DRAFT):
        finish(act, draft.machine, kind)
    _step(act, draft, DraftStep.DISCARDED)


def approve(act: Act, draft: Draft, relationship: Relationship, rules: Rulebook, claim: Claim | None = None) -> None:
    """The confirming partner vouches: an attestation with both names on record."""
    require(act, Action.APPROVE_DRAFT)
    _expect(draft, "approve", DraftStatus.SUBMITTED)
    require_person(act)
    partner = db.session.get_one(Partner, draft.partner_id)
    preparer = str(draft.preparer_id) if draft.preparer_id else None
    same = same_person(act, preparer, draft.prepared_by)
    refuse_if(partner.four_eyes and same, Reason.SECOND_PERSON_NEEDED)
    prepared = Prepared(draft.id, draft.prepared_by, tuple(file.sha256 for file in draft.attachments))
    record = attest(act, draft.machine, relationship, draft.contact, draft.agreed_at, rules, prepared, claim)
    draft.record_number = record.number
    for file in draft.attachments:
        file.record_id = record.id
    _decide(act, draft, DraftStatus.APPROVED)
    _step(act, draft, DraftStep.APPROVED)
    tell(draft.machine, NewsType.DRAFT_APPROVED, act)


def give_back(act: Act, draft: Draft, reason: str) -> None:
    """Returned with what is missing; the side that prepared it gets a task."""
    require(act, Action.RETURN_DRAFT)
    _expect(draft, "return", DraftStatus.SUBMITTED)
    draft.reason = text.line(reason, "reason", limit=1000)
    _decide(act, draft, DraftStatus.RETURNED)
    _step(act, draft, DraftStep.RETURNED, draft.reason)
    _task(act, draft, TaskKind.REVISE_DRAFT, draft.from_partner_id, draft.preparer_id)
    payload = {"machine": str(draft.machine_id), "draft": str(draft.id)}
    owe(act, Owed.DRAFT_RETURNED, draft.partner_id, f"{Owed.DRAFT_RETURNED}:{draft.id}:{draft.revision}", payload)
    tell(draft.machine, NewsType.DRAFT_RETURNED, act)


def assign(act: Act, draft: Draft, assignee: Staff, substitute: Staff | None = None) -> None:
    """Whose draft it is to decide, and who decides it in that person's absence."""
    require(act, Action.APPROVE_DRAFT)
    _expect(draft, "assign", DraftStatus.SUBMITTED)
    for person in filter(None, (assignee, substitute)):
        able = person.partner_id == draft.partner_id and person.disabled_at is None
        refuse_if(not able, Reason.NOT_FOUND, what="staff e-mail")
    draft.assignee_id, draft.substitute_id = assignee.id, substitute.id if substitute else None
    held = (Task.machine_id == draft.machine_id, Task.kind == TaskKind.REVIEW_DRAFT, Task.closed_at.is_(None))
    db.session.execute(update(Task).where(*held).values(assignee_id=assignee.id))
    _step(act, draft, DraftStep.ASSIGNED, assignee.name)


def _give_way(act: Act, machine: Machine) -> None:
    """A draft that was returned is over once another takes its place, and so is the task to revise it."""
    held = (Draft.machine_id == machine.id, Draft.status == DraftStatus.RETURNED)
    for former in db.session.scalars(select(Draft).where(*held)).all():
        former.status = DraftStatus.DISCARDED
        _step(act, former, DraftStep.DISCARDED)
    finish(act, machine, TaskKind.REVISE_DRAFT)


def _check(act: Act, machine: Machine, relationship: Relationship, ask: Prepare, rules: Rulebook) -> None:
    """What would be refused at the approval is refused at once."""
    require_person(act)
    facts = facts_of(act, machine, relationship, ask.contact, ask.agreed_at, rules)
    word = objection(machine.state, Event.ATTEST, facts)
    if word:
        raise Refused(word, state=machine.state, event=Event.ATTEST, type=machine.agreement_type, cloud=facts.cloud)


def _note(value: str | None) -> str | None:
    return text.line(value, "note", required=False, limit=1000) or None


def _expect(draft: Draft, event: str, *states: DraftStatus) -> None:
    refuse_if(draft.status not in states, Reason.WRONG_STATE, state=draft.status, event=event)


def _attach(act: Act, draft: Draft, files: Sequence[File]) -> None:
    many = len(draft.attachments) + len(files) > MOST
    refuse_if(many, Reason.INVALID_VALUE, field=f"files (at most {MOST} to a draft)")
    attach(act, draft.partner_id, files, draft_id=draft.id)
    db.session.refresh(draft, ["attachments"])


def _hand_in(act: Act, draft: Draft, step: DraftStep, note: str | None) -> None:
    _task(act, draft, TaskKind.REVIEW_DRAFT, draft.partner_id, draft.assignee_id)
    _step(act, draft, step, _note(note))
    tell(draft.machine, NewsType.DRAFT_SUBMITTED, act)


def _decide(act: Act, draft: Draft, status: DraftStatus) -> None:
    draft.status, draft.decided_at, draft.decided_by = status, act.at, act.signature
    finish(act, draft.machine, TaskKind.REVIEW_DRAFT)


def _step(act: Act, draft: Draft, step: DraftStep, note: str | None = None) -> None:
    values = {"partner_id": draft.partner_id, "draft_id": draft.id, "step": step, "note": note, "at": act.at}
    db.session.add(DraftEvent(id=new_id(), actor=act.signature, **values))


def _task(act: Act, draft: Draft, kind: TaskKind, partner_id: object, assignee_id: object) -> None:
    values = {"partner_id": partner_id, "machine_id": draft.machine_id, "kind": kind, "assignee_id": assignee_id}
    db.session.add(Task(created_at=act.at, **values))
