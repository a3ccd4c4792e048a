"""Attestation drafts: prepared on one side, decided on the other."""

from dataclasses import replace
from uuid import UUID

from flask import g, request
from flask.typing import ResponseReturnValue

from app.commands import drafts
from app.commands.drafts import Prepare
from app.commands.files import LARGEST, MOST, File
from app.core.act import Act
from app.core.permissions import Action, require
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import AgreementType, DraftStatus
from app.db import transaction
from app.installation import installation
from app.queries import queue, rulebooks, scope
from app.web.v1 import bp, caller
from app.web.v1.bodies import Body, body, person, true_employee

ROOM_FOR_FILES = MOST * LARGEST + 64 * 1024


@bp.post("/customers/<uuid:customer_id>/attestationdrafts")
def submit(customer_id: UUID) -> ResponseReturnValue:
    """Submit a draft, with files as a multipart form."""
    ask, given = _prepared()
    with transaction():
        machine, relationship = scope.agreement(caller(), customer_id, AgreementType.MCA)
        rules = rulebooks.of(installation().rules, machine.partner_id)
        draft = drafts.submit(_acting(given), machine, relationship, ask, rules)
        answer = queue.shown(draft, relationship, caller().at)
    return answer, 201


@bp.get("/attestationdrafts")
def listed() -> ResponseReturnValue:
    """View-draft; the drafts of the caller's side, those that wait longest first."""
    require(caller(), Action.VIEW_DRAFT)
    status = request.args.get("status")
    refuse_if(status is not None and status not in list(DraftStatus), Reason.INVALID_VALUE, field="status")
    items = queue.of(caller(), DraftStatus(status) if status else None, caller().at)
    return {"totalCount": len(items), "items": items, "attributes": {"objectType": "Collection"}}


@bp.post("/attestationdrafts/<uuid:draft_id>/approve")
def approve(draft_id: UUID) -> ResponseReturnValue:
    """Approve a draft (and attest): the confirming partner's, never a reseller's."""
    given = body() if request.get_data(cache=True) else Body({})
    with transaction():
        draft, relationship = scope.draft(caller(), draft_id)
        g.drafted_for = relationship.customer_id
        drafts.approve(_acting(given), draft, relationship, rulebooks.of(installation().rules, draft.partner_id))
        return queue.shown(draft, relationship, caller().at)


@bp.post("/attestationdrafts/<uuid:draft_id>/return")
def give_back(draft_id: UUID) -> ResponseReturnValue:
    """Return a draft with what is missing."""
    given = body()
    with transaction():
        draft, relationship = scope.draft(caller(), draft_id)
        drafts.give_back(_acting(given), draft, given.text("reason", required=True) or "")
        return queue.shown(draft, relationship, caller().at)


@bp.post("/attestationdrafts/<uuid:draft_id>/resubmit")
def resubmit(draft_id: UUID) -> ResponseReturnValue:
    """Submit a returned draft once more, corrected."""
    ask, given = _prepared()
    with transaction():
        draft, relationship = scope.draft(caller(), draft_id)
        rules = rulebooks.of(installation().rules, draft.partner_id)
        drafts.resubmit(_acting(given), draft, relationship, ask, rules)
        return queue.shown(draft, relationship, caller().at)


def _acting(given: Body) -> Act:
    return replace(caller(), on_behalf_of=true_employee(given, caller()))


def _prepared() -> tuple[Prepare, Body]:
    """What is asked, from JSON or from a form whose `draft` field holds the JSON and whose files support it."""
    if request.mimetype != "multipart/form-data":
        given, files = body(), []
    else:
        request.max_content_length = ROOM_FOR_FILES
        given, files = body(request.form.get("draft", "")), request.files.getlist("files")
        refuse_if(len(files) > MOST, Reason.INVALID_VALUE, field=f"files (at most {MOST})")
    agreed_at = given.time("dateAgreed")
    kept = [File.parse(file.filename, file.mimetype, file.read()) for file in files]
    contact = person(given.part("primaryContact", required=True), "primaryContact")
    return Prepare(contact, agreed_at, given.text("note"), kept), given
