"""The partner's word: confirm that a customer agreed, or record that it no longer does."""

from io import BytesIO
from uuid import UUID

from flask import redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue

from app.commands import attestations
from app.core.permissions import Action
from app.core.refusals import Reason, Refused
from app.core.steps import OBJECTIONS
from app.db import transaction
from app.errors import on_page
from app.queries import attachments, scope
from app.tongue import gettext
from app.web.dashboard import confirming, page, shell
from app.web.dashboard.confirming import ROOM_FOR_FILES, at_customer
from app.web.pages import words
from app.web.pages.forms import line
from app.web.pages.routes import act

CONFIRMS = (Action.ATTEST, Action.ATTEST_BLOCKED, Action.SUBMIT_DRAFT)


@page.get("/customers/<uuid:customer_id>/attest", needs=CONFIRMS)
def attest(customer_id: UUID) -> ResponseReturnValue:
    """For a new customer, an existing one, a correction, and one that cannot accept by itself."""
    what = confirming.asked(customer_id, confirming.kind_asked())
    return render_template("dashboard/attest/page.html", what=what, today=act().at.date())


@page.post("/customers/<uuid:customer_id>/attest", needs=CONFIRMS, again=attest, room=ROOM_FOR_FILES)
def vouch(customer_id: UUID) -> ResponseReturnValue:
    with transaction():
        what = confirming.asked(customer_id, confirming.kind_asked())
        draft = confirming.confirm(what)
    return redirect(confirming.told(what, draft), 303)


@page.get("/customers/<uuid:customer_id>/withdraw", needs=Action.WITHDRAW)
def withdraw(customer_id: UUID) -> ResponseReturnValue:
    """What follows from it stands beside the button."""
    what = confirming.asked(customer_id, confirming.kind_asked())
    case = what.known.case(what.machine.agreement_type, act().at, what.rules)
    no = OBJECTIONS[Action.WITHDRAW](act(), case)
    facts = {"state": words.state(what.machine.state).label, "event": words.label(Action.WITHDRAW)}
    remedy = on_page(Refused(no, **facts)).remedy if no else None
    return render_template("dashboard/attest/withdraw.html", what=what, remedy=remedy)


@page.post("/customers/<uuid:customer_id>/withdraw", needs=Action.WITHDRAW, again=withdraw)
def take_back(customer_id: UUID) -> ResponseReturnValue:
    with transaction():
        machine, _ = scope.agreement(act(), customer_id, confirming.kind_asked())
        if request.form.get("sure") != "yes":
            raise Refused(Reason.NOT_VOUCHED, field="sure")
        attestations.withdraw(act(), machine, line("reason"))
    shell.told(gettext("Withdrawn. Now the customer's subscriptions have to be cancelled: a task says so."))
    return redirect(at_customer(customer_id), 303)


@page.get("/files/<uuid:file_id>", needs=(Action.VIEW, Action.VIEW_DRAFT))
def supporting_file(file_id: UUID) -> ResponseReturnValue:
    """The bytes as they were brought; never opened in place, whatever they say they are."""
    file, content = attachments.one(act(), file_id)
    return send_file(
        BytesIO(content), "application/octet-stream", as_attachment=True, download_name=file.name, max_age=0
    )
