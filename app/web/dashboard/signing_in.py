"""Staff come in with a password and a code of their app, and go."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app import vault
from app.auth import acts, factors, journal, passwords, sessions
from app.auth.acts import now
from app.commands import entries
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import Method
from app.db import transaction
from app.installation import installation
from app.models import Staff, StaffSession
from app.queries import people
from app.tongue import gettext
from app.web.dashboard import bp, page, shell
from app.web.pages.forms import line
from app.web.pages.routes import Open, local


@bp.context_processor
def organization() -> dict[str, Any]:
    return {"sso": installation().config.sso}


def onward() -> str:
    """Where whoever signs in wanted to go."""
    return local(request.values.get("next"))


@page.get("/sign-in", needs=Open.EVERYBODY)
def show_sign_in() -> ResponseReturnValue:
    session = sessions.current()
    if session and session.verified_at and request.method == "GET":
        return redirect(onward(), 303)
    return render_template("dashboard/sign-in.html", next=onward())


@page.post("/sign-in", needs=Open.EVERYBODY, again=show_sign_in)
def sign_in() -> ResponseReturnValue:
    """Counted per account and per address; takes as long for somebody who does not exist."""
    email, password = line("email"), request.form.get("password", "")
    refuse_if(not email.isprintable(), Reason.SIGN_IN_FAILED)
    with transaction():
        entries.count_sign_in(acts.somebody(), email)
    staff = people.by_mailbox(email)
    known = staff.password_hash if staff and not staff.disabled_at else None
    right = passwords.verify(known, password[: passwords.LONGEST])
    if staff is None or not right:
        journal.warn("sign-in refused", acts.somebody(), staff)
        raise Refused(Reason.SIGN_IN_FAILED)
    return _half_way(staff, known)


def _half_way(staff: Staff, known: str | None) -> ResponseReturnValue:
    """The password was right; the second factor is asked for, or set up where there is none yet."""
    with transaction() as work:
        # Chosen anew a moment ago, the former password opens nothing any more.
        same = select(Staff).where(Staff.id == staff.id, Staff.password_hash == known, Staff.disabled_at.is_(None))
        refuse_if(work.scalar(same) is None, Reason.SIGN_IN_FAILED)
        session = begin(staff, Method.PASSWORD)
    sessions.attach(session)
    if staff.totp_seed is None:
        sessions.keep_seed(staff, vault.seal(factors.fresh()))
        return redirect(url_for("dashboard.show_factor", next=onward()), 303)
    return redirect(url_for("dashboard.show_code", next=onward()), 303)


def begin(staff: Staff, method: Method, *, verified: bool = False) -> StaffSession:
    """A new session in this browser, in place of one it had."""
    act, former = acts.of(staff, method, ip=request.remote_addr, user_agent=acts.agent()), sessions.current()
    if former:
        entries.end(act, former)
    return entries.begin(act, staff, method, verified=verified)


def half() -> StaffSession:
    """The session of a browser whose owner has given the password, and perhaps the second factor."""
    session = sessions.current()
    if session is None:
        raise Refused(Reason.NOT_SIGNED_IN)
    return session


@page.get("/sign-in/code", needs=Open.EVERYBODY)
def show_code() -> ResponseReturnValue:
    session = half()
    if session.verified_at:
        return redirect(onward(), 303)
    return render_template("dashboard/entry/code.html", staff=session.staff, next=onward())


@page.post("/sign-in/code", needs=Open.EVERYBODY, again=show_code)
def enter_code() -> ResponseReturnValue:
    step = shown_step(half().staff)
    with transaction():
        session = half()
        take(session.staff, step)
        act = sessions.act(session)
        fresh = entries.verify(act, session)
    sessions.attach(fresh)
    journal.note("signed in", act)
    return redirect(onward(), 303)


def shown_step(staff: Staff) -> int | None:
    """The half minute whose code the form brought; every try is counted before it is looked at."""
    act = acts.of(staff, Method.PASSWORD, ip=request.remote_addr)
    with transaction():
        entries.count_code(act, staff)
    refuse_if(staff.totp_seed is None, Reason.NOT_SIGNED_IN)
    step = factors.step(vault.open_(staff.totp_seed or b""), request.form.get("code", ""), now())
    if step is None:
        journal.warn("second factor refused", act)
    return step


def take(staff: Staff, step: int | None) -> None:
    """Each code works once."""
    taken = step is not None and entries.take_code(staff, step)
    refuse_if(not taken, Reason.WRONG_SECOND_FACTOR, field="code")


@page.post("/sign-out", needs=Open.EVERYBODY)
def sign_out() -> ResponseReturnValue:
    """Ends the session on the server, whoever holds its cookie."""
    session = sessions.current()
    if session:
        with transaction():
            act = sessions.act(session)
            entries.end(act, session)
        journal.note("signed out", act)
    sessions.forget()
    shell.told(gettext("You have signed out."))
    return redirect(url_for("dashboard.show_sign_in"), 303)
