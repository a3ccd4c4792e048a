"""Drafts: what one side prepared and the other decides, as a queue and one by one."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.commands import drafts as steps
from app.core.contact import uuid
from app.core.permissions import Action
from app.core.refusals import Reason, Refused, refuse_if
from app.db import transaction
from app.models import Staff
from app.queries import keysets, queues, scope
from app.queries.queues import Queue
from app.tongue import gettext
from app.web.dashboard import confirming, page, shell
from app.web.dashboard.confirming import ROOM_FOR_FILES
from app.web.dashboard.decidable import Decidable, decidable
from app.web.pages import doubt_words
from app.web.pages.forms import line, placed
from app.web.pages.routes import act


@page.get("/drafts", needs=Action.VIEW_DRAFT)
def drafts() -> ResponseReturnValue:
    """The queues, those that wait longest first; what is decided, the newest first."""
    counts = queues.counts(act(), shell.me().id)
    named = request.args.get("queue", "")
    tabs = queues.of_side(act())
    queue = Queue(named) if named in list(Queue) else next((one for one in tabs if counts.get(one)), tabs[0])
    rows, end = queues.page(act(), shell.me().id, queue, keysets.read(request.args.get("after"), keysets.moment))
    after = url_for("dashboard.drafts", queue=queue, after=end) if end else None
    shown = {"queue": queue, "counts": counts, "rows": rows, "next": after, "now": act().at, "kinds": doubt_words}
    return render_template("dashboard/drafts/list.html", tabs=tabs, **shown)


@page.get("/drafts/<uuid:draft_id>", needs=Action.VIEW_DRAFT)
def draft(draft_id: UUID) -> ResponseReturnValue:
    row, relationship = scope.draft(act(), draft_id)
    what = decidable(row, relationship)
    facts = {"what": what, "today": act().at.date(), "kinds": doubt_words, "Action": Action}
    return render_template("dashboard/drafts/page.html", **facts)


@page.post("/drafts/<uuid:draft_id>/approve", needs=Action.APPROVE_DRAFT, again=draft)
def approve_draft(draft_id: UUID) -> ResponseReturnValue:
    with transaction():
        what = _found(draft_id)
        # Returned and handed in anew meanwhile, it may say something that nobody has read here.
        seen = request.form.get("submitted_at") == what.draft.submitted_at.isoformat()
        refuse_if(not seen, Reason.CHANGED_MEANWHILE)
        claim = confirming.vouched(what.statement)
        steps.approve(act(), what.draft, what.relationship, what.rules, claim)
    company = what.relationship.company
    return _on(draft_id, gettext("Approved: your word that %(company)s has accepted is on record.", company=company))


@page.post("/drafts/<uuid:draft_id>/return", needs=Action.RETURN_DRAFT, again=draft)
def return_draft(draft_id: UUID) -> ResponseReturnValue:
    with transaction():
        what = _found(draft_id)
        steps.give_back(act(), what.draft, line("reason"))
    by = what.draft.prepared_by.partition(" <")[0]
    return _on(draft_id, gettext("Returned. %(person)s is told by mail and has a task to correct it.", person=by))


@page.post("/drafts/<uuid:draft_id>/assign", needs=Action.APPROVE_DRAFT, again=draft)
def assign_draft(draft_id: UUID) -> ResponseReturnValue:
    with transaction():
        what = _found(draft_id)
        assignee, substitute = _colleague("assignee"), _colleague("substitute", required=False)
        if assignee is None:
            raise Refused(Reason.MISSING_FIELD, field="assignee")
        steps.assign(act(), what.draft, assignee, substitute)
    return _on(draft_id, gettext("%(person)s decides this draft.", person=assignee.name))


@page.post("/drafts/<uuid:draft_id>/resubmit", needs=Action.SUBMIT_DRAFT, again=draft, room=ROOM_FOR_FILES)
def resubmit_draft(draft_id: UUID) -> ResponseReturnValue:
    with transaction():
        what = _found(draft_id)
        try:
            steps.resubmit(act(), what.draft, what.relationship, confirming.brought(), what.rules)
        except Refused as problem:
            raise placed(problem, confirming.FIELDS) from problem
    return _on(draft_id, gettext("Handed in once more; whoever decides it sees what has changed."))


@page.post("/drafts/<uuid:draft_id>/discard", needs=Action.SUBMIT_DRAFT, again=draft)
def discard_draft(draft_id: UUID) -> ResponseReturnValue:
    with transaction():
        steps.discard(act(), _found(draft_id).draft)
    return _on(draft_id, gettext("Discarded. Nobody has to decide it any more."))


def _found(draft_id: UUID) -> Decidable:
    return decidable(*scope.draft(act(), draft_id))


def _on(draft_id: UUID, message: str) -> ResponseReturnValue:
    shell.told(message)
    return redirect(url_for("dashboard.draft", draft_id=draft_id), 303)


def _colleague(name: str, *, required: bool = True) -> Staff | None:
    """Somebody of the reader's own partner, by the id that the list of them gave."""
    id = uuid(request.form.get(name))
    return queues.decider(act(), id) if id else None
