"""Disputes: somebody doubts a confirmation on record; the partner answers in time, upholding or rejecting it."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.commands import disputes as steps
from app.core.agreements import DAYS_TO_ANSWER
from app.core.permissions import Action
from app.core.refusals import Reason, Refused
from app.core.steps import OBJECTIONS
from app.core.vocabulary import DisputeStatus
from app.db import db, transaction
from app.models import Staff
from app.queries import confirmed, doubts, keysets, scope
from app.tongue import gettext
from app.web.dashboard import confirming, page, shell
from app.web.pages import doubt_words
from app.web.pages.forms import line
from app.web.pages.routes import act

EITHER = (Action.OPEN_DISPUTE, Action.CLOSE_DISPUTE)


@page.get("/disputes", needs=EITHER)
def disputes() -> ResponseReturnValue:
    """Those to be answered soonest first; of the answered the newest first."""
    over = request.args.get("show") == "answered"
    rows, end = doubts.page(act(), over, keysets.read(request.args.get("after"), keysets.moment))
    after = url_for("dashboard.disputes", show="answered" if over else "open", after=end) if end else None
    shown = {"rows": rows, "over": over, "next": after, "now": act().at, "kinds": doubt_words}
    return render_template("dashboard/disputes/list.html", **shown)


@page.get("/disputes/<uuid:dispute_id>", needs=EITHER)
def dispute(dispute_id: UUID) -> ResponseReturnValue:
    row = scope.dispute(act(), dispute_id)
    relationship = scope.relationship(act(), row.machine.customer_id)
    owner = db.session.get(Staff, row.owner_id) if row.owner_id else None
    newer = row.machine.acceptance_number != row.record_number
    current = confirmed.of(act(), row.machine)
    facts: dict[str, Any] = {
        "row": row,
        "relationship": relationship,
        "owner": owner,
        "newer": newer,
        "current": current,
    }
    facts |= {"kinds": doubt_words, "now": act().at, "Action": Action}
    return render_template("dashboard/disputes/page.html", **facts)


@page.get("/customers/<uuid:customer_id>/dispute", needs=Action.OPEN_DISPUTE)
def open_dispute(customer_id: UUID) -> ResponseReturnValue:
    what = confirming.asked(customer_id, confirming.kind_asked())
    case = what.known.case(what.machine.agreement_type, act().at, what.rules)
    no = OBJECTIONS[Action.OPEN_DISPUTE](act(), case)
    held = doubts.about(act(), what.machine)
    facts = {"what": what, "no": no, "held": held, "days": DAYS_TO_ANSWER}
    return render_template("dashboard/disputes/new.html", **facts)


@page.post("/customers/<uuid:customer_id>/dispute", needs=Action.OPEN_DISPUTE, again=open_dispute)
def raise_dispute(customer_id: UUID) -> ResponseReturnValue:
    with transaction():
        machine, _ = scope.agreement(act(), customer_id, confirming.kind_asked())
        own = shell.me() if act().partner_id == machine.partner_id else None
        row = steps.open_dispute(act(), machine, line("reason"), own)
    said = gettext("The dispute is open. Until it is answered, every order for this customer carries a warning.")
    return _on(row.id, said)


@page.post("/disputes/<uuid:dispute_id>/take", needs=Action.CLOSE_DISPUTE, again=dispute)
def take_dispute(dispute_id: UUID) -> ResponseReturnValue:
    with transaction():
        steps.take(act(), scope.dispute(act(), dispute_id), shell.me())
    return _on(dispute_id, gettext("It is yours to answer."))


@page.post("/disputes/<uuid:dispute_id>/close", needs=Action.CLOSE_DISPUTE, again=dispute)
def close_dispute(dispute_id: UUID) -> ResponseReturnValue:
    outcome = request.form.get("outcome")
    if outcome not in (DisputeStatus.UPHELD, DisputeStatus.REJECTED):
        raise Refused(Reason.MISSING_FIELD, field="outcome")
    with transaction():
        row = scope.dispute(act(), dispute_id)
        steps.close_dispute(act(), row, line("reason"), upheld=outcome == DisputeStatus.UPHELD)
    if outcome == DisputeStatus.UPHELD:
        return _on(dispute_id, gettext("Upheld. If the doubted confirmation still counted, it is withdrawn now."))
    return _on(dispute_id, gettext("Rejected. The confirmation stands, and your reason is on record."))


def _on(dispute_id: UUID, message: str) -> ResponseReturnValue:
    shell.told(message)
    return redirect(url_for("dashboard.dispute", dispute_id=dispute_id), 303)
