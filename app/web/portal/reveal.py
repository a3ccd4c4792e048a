"""A first password, shown once: from the link in a mail, by a code to the same mailbox, to one page."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import vault
from app.auth import acts, showings
from app.auth.showings import Showing
from app.commands import reveals
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import Method
from app.db import transaction
from app.errors import GONE, answer, on_refused
from app.installation import installation
from app.web.pages.forms import Form, placed
from app.web.portal.words import BESIDE

bp = Blueprint("reveal", __name__)


@bp.get("/reveal/<token>")
def follow(token: str) -> ResponseReturnValue:
    """Open to whoever holds the link; holding it identifies nobody, and following it spends nothing."""
    row = showings.by_token(token)
    if row is None:
        raise Refused(Reason.INVITATION_REVOKED)
    showings.remember(row)
    return redirect(url_for("portal.reveal.show"), 303)


@bp.get("/portal/credentials")
def show() -> ResponseReturnValue:
    """Open to a browser with a live link."""
    return page(showings.current())


def page(showing: Showing) -> str:
    return render_template("portal/reveal.html", showing=showing)


@bp.errorhandler(Refused)
def refused(problem: Refused) -> ResponseReturnValue:
    """A refused step shows the same page again, with the remedy beside its field."""
    if problem.reason in GONE:
        return on_refused(problem)
    g.form = Form(placed(problem, BESIDE))
    try:
        return page(showings.current()), answer(problem).status
    except Refused as gone:
        return on_refused(gone)


@bp.post("/portal/credentials/code/send")
def send_code() -> ResponseReturnValue:
    """Open to a browser with a live link; counted per link."""
    with transaction():
        showings.attach(reveals.ask_code(acts.customer(), showings.current().reveal))
    return redirect(url_for("portal.reveal.show"), 303)


@bp.post("/portal/credentials/code")
def enter_code() -> ResponseReturnValue:
    """Open to the browser that asked for a code last; five tries each."""
    key, given = installation().keys.code, request.form.get("code", "")
    with transaction():
        showing = showings.current()
        if showing.session is None:
            raise Refused(Reason.WRONG_CODE)
        act = acts.customer(method=Method.EMAIL_CODE)
        right = reveals.try_code(act, showing.reveal, showing.session, key, given)
    # Refused only after the commit: a wrong try that is rolled back would not be counted.
    refuse_if(not right, Reason.WRONG_CODE)
    return redirect(url_for("portal.reveal.show"), 303)


@bp.post("/portal/credentials/show")
def reveal() -> ResponseReturnValue:
    """For the identified person, once. A browser that sent the form twice drops the first answer and shows this."""
    with transaction():
        showing = showings.current(again=True)
        user = reveals.reveal(acts.customer(method=Method.EMAIL_CODE), showing.reveal, showing.session)
        sealed = user.first_password
    if sealed is None:
        raise Refused(Reason.INVITATION_REVOKED)
    return render_template("portal/revealed.html", showing=showing, password=vault.open_(sealed))
