"""Not you? The identified person names who should be asked, and that person is invited instead."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.auth import acts
from app.commands import handovers
from app.core import contact as text
from app.core.contact import Contact
from app.core.refusals import Reason, refuse_if
from app.db import transaction
from app.web.portal import bp
from app.web.portal.agreement import rules, settled, signed_in


@bp.post("/portal/hand-over")
def hand_over() -> ResponseReturnValue:
    """For the identified person; a second click finds who was asked, and shows it."""
    with transaction():
        visit = signed_in()
        refuse_if(not visit.may_be_handed_over, Reason.NOT_FOUND, what="page")
        if not settled(visit):
            given = request.form
            to = Contact.parse(given.get("first_name"), given.get("last_name"), given.get("email"))
            note = text.line(" ".join(given.get("note", "").split()), "note", required=False, limit=1000)
            act = acts.customer(visit.session)
            handovers.pass_on(act, visit.machine, visit.relationship, visit.invitation, to, note, rules(visit))
    return redirect(url_for("portal.show"), 303)
