"""Attestation drafts: prepared on one side, decided on the other."""

from typing import Any
from uuid import UUID

from flask import g
from pydantic import Field
from werkzeug.datastructures import FileStorage

from app.commands import drafts
from app.commands.drafts import Prepare
from app.commands.files import LARGEST, MOST, File
from app.core.evidence import moment
from app.core.permissions import Action
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import AgreementType, DraftStatus
from app.queries import queue, scope
from app.web.v1.callers import caller, rules_of
from app.web.v1.paging import Links, Paged, collection, resumed
from app.web.v1.people import Person, PersonShown, Signed
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Moment, Text
from app.web.v1.statuses import Attributes

ROOM_FOR_FILES = MOST * LARGEST + 64 * 1024


class NewDraft(Signed):
    primary_contact: Person
    date_agreed: Moment
    note: Text | None = None


class Back(Signed):
    reason: Text


class Asked(Paged):
    status: DraftStatus | None = None


class FileShown(Answer):
    name: str
    sha256: str


class DraftShown(Answer):
    """Members that have no value are left out."""

    id: str
    customer_id: str
    company: str
    status: str
    primary_contact: PersonShown
    date_agreed: str
    note: str | None = None
    prepared_by: str
    from_: str | None = Field(None, alias="from")
    submitted_at: str
    age_days: int | None = None
    assignee: str | None = None
    substitute: str | None = None
    decided_by: str | None = None
    decided_at: str | None = None
    reason: str | None = None
    record_number: int | None = None
    attachments: list[FileShown]
    attributes: Attributes


class DraftPage(Answer):
    total_count: int
    items: list[DraftShown]
    links: Links
    attributes: Attributes


NEW = {"takes": NewDraft, "form": "draft", "room": ROOM_FOR_FILES, "gives": DraftShown}


@route.post("/customers/{customerId}/attestationdrafts", needs=Action.SUBMIT_DRAFT, status=201, **NEW)
def submit(customer_id: UUID, given: NewDraft, files: list[FileStorage]) -> dict[str, Any]:
    """Submit a draft for the provider's queue, or for a colleague's approval.

    As JSON, or as a multipart form whose field `draft` holds the JSON and whose `files` support it.
    """
    act = given.acting(caller())
    machine, relationship = scope.agreement(act, customer_id, AgreementType.MCA)
    draft = drafts.submit(act, machine, relationship, _ask(given, files), rules_of(machine.partner_id))
    return queue.shown(draft, relationship, act.at)


@route.post(
    "/attestationdrafts/{draftId}/approve", needs=Action.APPROVE_DRAFT, takes=Signed, optional=True, gives=DraftShown
)
def approve(draft_id: UUID, given: Signed) -> dict[str, Any]:
    """Approve a draft, and attest by it: the confirming partner's to do, never a reseller's."""
    draft, relationship = scope.draft(caller(), draft_id)
    g.drafted_for = relationship.customer_id
    drafts.approve(given.acting(caller()), draft, relationship, rules_of(draft.partner_id))
    return queue.shown(draft, relationship, caller().at)


@route.post("/attestationdrafts/{draftId}/return", needs=Action.RETURN_DRAFT, takes=Back, gives=DraftShown)
def give_back(draft_id: UUID, given: Back) -> dict[str, Any]:
    """Return a draft with what is missing."""
    draft, relationship = scope.draft(caller(), draft_id)
    drafts.give_back(given.acting(caller()), draft, given.reason)
    return queue.shown(draft, relationship, caller().at)


@route.post("/attestationdrafts/{draftId}/resubmit", needs=Action.SUBMIT_DRAFT, **NEW)
def resubmit(draft_id: UUID, given: NewDraft, files: list[FileStorage]) -> dict[str, Any]:
    """Submit a returned draft once more, corrected."""
    draft, relationship = scope.draft(caller(), draft_id)
    drafts.resubmit(given.acting(caller()), draft, relationship, _ask(given, files), rules_of(draft.partner_id))
    return queue.shown(draft, relationship, caller().at)


def _ask(given: NewDraft, files: list[FileStorage]) -> Prepare:
    refuse_if(len(files) > MOST, Reason.INVALID_VALUE, field=f"files (at most {MOST})")
    kept = [File.parse(file.filename, file.mimetype, file.read()) for file in files]
    return Prepare(given.primary_contact.contact, given.date_agreed, given.note, kept)


@route.get("/attestationdrafts", needs=Action.VIEW_DRAFT, asks=Asked, gives=DraftPage)
def listed(asked: Asked) -> dict[str, Any]:
    """The drafts of the caller's side, those that wait longest first."""
    after = resumed(moment, UUID)
    items, end = queue.page(caller(), asked.status, caller().at, asked.most, after)
    return collection(items, [end[0].isoformat(), str(end[1])] if end else None)
