"""Who is it: a code mailed to the invited address, or the user name and password made with the tenant."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.auth import accounts, acts, passwords, visits
from app.auth.visits import Visit
from app.commands import accounts as entering
from app.commands import portal
from app.core.act import Act
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import Method
from app.db import db, transaction
from app.installation import installation
from app.models import CustomerUser, PortalSession
from app.web.portal import bp


@bp.post("/portal/code/send")
def send_code() -> ResponseReturnValue:
    """Open to a browser with a live link; counted per invitation."""
    with transaction():
        visit = visits.alive()
        act = acts.customer()
        session = visit.session or portal.enter(act, visit.invitation)
        portal.ask_code(act, session, visit.invitation)
        visits.attach(session)
    return redirect(url_for("portal.show"), 303)


@bp.post("/portal/code")
def enter_code() -> ResponseReturnValue:
    """Open to a browser that asked for a code; five tries each."""
    key = installation().keys.code
    with transaction():
        visit = visits.alive()
        if visit.named is None:
            raise Refused(Reason.WRONG_CODE)
        act = acts.customer(method=Method.EMAIL_CODE)
        right = portal.try_code(act, visit.named, key, request.form.get("code", ""))
        fresh = _identified(act, visit, visit.named) if right else None
        if fresh:
            visits.attach(fresh)
    # Refused only after the commit: a wrong try that is rolled back would not be counted.
    refuse_if(fresh is None, Reason.WRONG_CODE)
    return redirect(url_for("portal.show"), 303)


def _identified(act: Act, visit: Visit, named: PortalSession) -> PortalSession | None:
    """A fresh session, or the one that the same form, sent twice, has opened already."""
    if named.replaced_by:
        return portal.successor(act, named)
    return portal.identify(act, named, visit.machine, visit.invitation)


@bp.post("/portal/sign-in")
def sign_in() -> ResponseReturnValue:
    """Open to a browser with a live link; counted per account and per address."""
    name, password = request.form.get("user_name", "").strip().casefold(), request.form.get("password", "")
    refuse_if(not name.isprintable(), Reason.WRONG_CREDENTIALS)
    with transaction():
        visits.alive()
        portal.count_sign_in(acts.customer(), name)
    user = db.session.scalar(select(CustomerUser).where(CustomerUser.user_name == name))
    known = passwords.verify(user.password_hash if user else None, password[: passwords.LONGEST])
    with transaction():
        visit = visits.alive()
        own = user is not None and user.customer_id == visit.machine.customer_id and not user.disabled_at
        refuse_if(not known or not own, Reason.WRONG_CREDENTIALS)
        act = acts.customer(method=Method.PASSWORD)
        visits.attach(portal.identify(act, visit.session, visit.machine, visit.invitation, user))
    return redirect(url_for("portal.show"), 303)


@bp.post("/portal/password")
def change_password() -> ResponseReturnValue:
    """For a signed-in user whose first password must not stay."""
    new = request.form.get("password", "")
    try:
        _change_password(new)
    except Refused:
        if not _changed_already(new):
            raise
    return redirect(url_for("portal.show"), 303)


def _change_password(new: str) -> None:
    _, visit, user = _with_first_password()
    refuse_if(new != request.form.get("repeat", ""), Reason.TYPED_DIFFERENTLY)
    passwords.check(new, user.user_name, user.user_name.partition("@")[0], visit.relationship.company)
    refuse_if(passwords.verify(user.password_hash, new), Reason.UNCHANGED)
    hashed = passwords.hashed(new)
    with transaction():
        session, visit, user = _with_first_password()
        visits.attach(portal.change_password(acts.customer(session), session, visit.invitation, user, hashed))


def _with_first_password() -> tuple[PortalSession, Visit, CustomerUser]:
    visit = visits.current()
    session, user = visit.session, visit.user
    if session is None or user is None or not user.must_change:
        raise Refused(Reason.NOT_SIGNED_IN)
    return session, visit, user


def _changed_already(new: str) -> bool:
    """True for a form sent twice, whose password is set by now: the browser goes on with the session that opened."""
    with transaction():
        named, act = visits.current().named, acts.customer(method=Method.PASSWORD)
        fresh = portal.successor(act, named) if named else None
        user = db.session.get(CustomerUser, fresh.customer_user_id) if fresh else None
        if fresh is None or user is None or user.must_change:
            return False
        portal.count_sign_in(act, user.user_name)
    right = passwords.verify(user.password_hash, new[: passwords.LONGEST])
    if right:
        visits.attach(fresh)
    return right


@bp.post("/portal/sign-out")
def sign_out() -> ResponseReturnValue:
    """Ends on the server what this browser's cookie opens, whoever else holds it."""
    with transaction():
        account = accounts.session()
        # Who signed in without a link has none that could have died.
        visit = visits.known() if account else visits.current()
        if visit and visit.session:
            portal.leave(visit.session)
        if account:
            entering.end(acts.customer(), account)
    visits.forget()
    return redirect(url_for("portal.signed_out"), 303)


@bp.get("/portal/signed-out")
def signed_out() -> ResponseReturnValue:
    """Open to everybody."""
    return render_template("portal/signed-out.html")
