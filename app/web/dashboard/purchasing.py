"""What a customer has bought: orders placed here, and history known from elsewhere."""

from datetime import date
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.commands import customers
from app.core.permissions import Action
from app.core.refusals import Reason, Refused
from app.core.vocabulary import PurchaseKind
from app.db import transaction
from app.queries import keysets, scope, subjects
from app.queries import purchases as bought
from app.tongue import gettext
from app.web.dashboard import page, shell
from app.web.pages import words
from app.web.pages.forms import line
from app.web.pages.routes import act


@page.get("/customers/<uuid:customer_id>/purchases", needs=(Action.RECORD_PURCHASE, Action.PLACE_ORDER))
def purchases(customer_id: UUID) -> ResponseReturnValue:
    known = subjects.of(act(), customer_id, act().at)
    rows, end = bought.page(known.relationship, keysets.read(request.args.get("after"), date.fromisoformat))
    after = url_for("dashboard.purchases", customer_id=customer_id, after=end) if end else None
    kinds = [(kind.value, words.label(kind)) for kind in PurchaseKind]
    facts = {"known": known, "rows": rows, "next": after, "kinds": kinds, "today": act().at.date(), "Action": Action}
    return render_template("dashboard/purchases/page.html", **facts)


@page.post("/customers/<uuid:customer_id>/purchases", needs=Action.RECORD_PURCHASE, again=purchases)
def record_purchase(customer_id: UUID) -> ResponseReturnValue:
    kind = request.form.get("kind")
    if kind not in list(PurchaseKind):
        raise Refused(Reason.MISSING_FIELD, field="kind")
    try:
        day = date.fromisoformat(line("date"))
    except ValueError as error:
        raise Refused(Reason.MISSING_FIELD, field="dateAgreed") from error
    if day > act().at.date():
        raise Refused(Reason.DATE_IN_FUTURE, field="dateAgreed")
    with transaction():
        customers.record_purchase(act(), scope.relationship(act(), customer_id), PurchaseKind(kind), day)
    shell.told(gettext("The purchase is on record."))
    return redirect(url_for("dashboard.purchases", customer_id=customer_id), 303)
