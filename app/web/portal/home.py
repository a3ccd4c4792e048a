"""The portal's home: a customer's user signs in without any link, finds what is asked, and the tenant's partners."""

from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.auth import accounts, acts, passwords, visits
from app.commands import accounts as entering
from app.commands import portal
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import Method
from app.db import db, transaction
from app.errors import GONE, answer, on_refused
from app.models import CustomerUser
from app.queries import partnerships
from app.web.pages.forms import Form, placed
from app.web.pages.words import label
from app.web.portal import words
from app.web.portal.words import BESIDE

bp = Blueprint("home", __name__)
# These have a page of their own.
PASSED_ON = {Reason.NOT_FOUND, *GONE}


@bp.get("/portal/")
@bp.get("/portal")
def show() -> ResponseReturnValue:
    """Open to everybody; who is not signed in is asked to."""
    return page()


def page() -> str:
    """The one page there is to see now."""
    user, session = accounts.user(), accounts.session()
    if user is None:
        return render_template("portal/sign-in.html")
    if user.must_change:
        # Behind an invitation's link the password is asked for there.
        action = url_for("portal.home.change_password" if session else "portal.change_password")
        return render_template("portal/password.html", account=user, action=action)
    asked = partnerships.requests(user.customer_id, acts.now())
    about = {"requests": asked, "partnerships": partnerships.listed(user.customer_id)}
    return render_template("portal/home.html", account=user, asker=visits.asker, words=words, label=label, **about)


@bp.errorhandler(Refused)
def refused(problem: Refused) -> ResponseReturnValue:
    """A refused step shows the page again, the remedy beside its field; who is not known is asked to sign in."""
    if problem.reason in PASSED_ON:
        return on_refused(problem)
    # To be asked to sign in is no mistake of anybody's.
    g.form = Form(None if problem.reason is Reason.NOT_SIGNED_IN else placed(problem, BESIDE))
    return page(), answer(problem).status


@bp.post("/portal/account/sign-in")
def sign_in() -> ResponseReturnValue:
    """Open to everybody; counted per account and per address."""
    name, password = request.form.get("user_name", "").strip().casefold(), request.form.get("password", "")
    refuse_if(not name.isprintable(), Reason.WRONG_CREDENTIALS)
    with transaction():
        portal.count_sign_in(acts.customer(), name)
    user = db.session.scalar(select(CustomerUser).where(CustomerUser.user_name == name))
    known = passwords.verify(user.password_hash if user else None, password[: passwords.LONGEST])
    if user is None or not known or user.disabled_at:
        raise Refused(Reason.WRONG_CREDENTIALS)
    with transaction():
        former = accounts.session()
        if former:
            entering.end(accounts.act(user), former)
        accounts.attach(entering.begin(accounts.act(user), user))
    return redirect(url_for("portal.home.show"), 303)


@bp.post("/portal/account/password")
def change_password() -> ResponseReturnValue:
    """For a signed-in user whose first password must not stay."""
    user, new = _with_first_password(), request.form.get("password", "")
    refuse_if(new != request.form.get("repeat", ""), Reason.TYPED_DIFFERENTLY)
    companies = [one.relationship.company for one in partnerships.listed(user.customer_id)]
    passwords.check(new, user.user_name, user.user_name.partition("@")[0], *companies)
    refuse_if(passwords.verify(user.password_hash, new), Reason.UNCHANGED)
    hashed = passwords.hashed(new)
    with transaction():
        user = _with_first_password()
        accounts.attach(entering.change_password(accounts.act(user), user, hashed))
    return redirect(url_for("portal.home.show"), 303)


def _with_first_password() -> CustomerUser:
    user = accounts.user()
    if user is None or accounts.session() is None or not user.must_change:
        raise Refused(Reason.NOT_SIGNED_IN)
    return user


@bp.post("/portal/requests/<uuid:invitation_id>")
def open_request(invitation_id: UUID) -> ResponseReturnValue:
    """For a signed-in user: goes on to the invitation's own pages, identified there by the same password."""
    with transaction():
        user = accounts.signed_in()
        invitation, machine = partnerships.request(invitation_id, user.customer_id, acts.now())
        before = visits.known()
        act = acts.customer(method=Method.PASSWORD, account=user)
        fresh = portal.identify(act, before.session if before else None, machine, invitation, user)
        visits.remember(invitation)
        visits.attach(fresh)
    return redirect(url_for("portal.show"), 303)
