"""The first way in, and the way back for whoever forgot the password: a one-time link; then the second factor."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import vault
from app.auth import acts, factors, journal, passwords, sessions
from app.auth.acts import now
from app.commands import entries
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import Method
from app.db import transaction
from app.models import Staff
from app.tongue import gettext
from app.web.dashboard import page, shell
from app.web.dashboard.signing_in import half, onward, shown_step, take
from app.web.pages.routes import Open


def chosen(staff: Staff) -> str:
    """The hash of the password that the form brought twice."""
    new = request.form.get("password", "")
    try:
        passwords.check(new, staff.email.partition("@")[0], *staff.name.split(), staff.partner.name)
    except Refused as refused:
        raise Refused(refused.reason, **refused.data, field="password") from None
    refuse_if(new != request.form.get("repeat", ""), Reason.TYPED_DIFFERENTLY, field="repeat")
    return passwords.hashed(new)


@page.get("/sign-in/<token>", needs=Open.EVERYBODY)
def show_link(token: str) -> ResponseReturnValue:
    """Opening the link uses nothing up: programs that look through mails follow links, too."""
    staff = entries.link(acts.somebody(), token).staff
    return render_template("dashboard/entry/link.html", staff=staff, token=token, shortest=passwords.SHORTEST)


@page.post("/sign-in/<token>", needs=Open.EVERYBODY, again=show_link)
def use_link(token: str) -> ResponseReturnValue:
    """Whoever has a second factor shows a code of it here, too: the link alone lets nobody in."""
    staff = entries.link(acts.somebody(), token).staff
    password_hash = chosen(staff)
    step = shown_step(staff) if staff.totp_seed else None
    with transaction():
        act = acts.of(staff, Method.PASSWORD, ip=request.remote_addr, user_agent=acts.agent())
        link = entries.link(act, token)
        if staff.totp_seed:
            take(staff, step)
        session = entries.follow(act, link, staff, password_hash)
    sessions.attach(session)
    journal.note("password chosen by link", act)
    if session.verified_at:
        journal.note("signed in", act)
        return redirect(url_for("dashboard.home"), 303)
    sessions.keep_seed(staff, vault.seal(factors.fresh()))
    return redirect(url_for("dashboard.show_factor"), 303)


@page.get("/sign-in/second-factor", needs=Open.EVERYBODY)
def show_factor() -> ResponseReturnValue:
    session = half()
    sealed = sessions.kept_seed(session.staff)
    if sealed is None:
        return redirect(url_for("dashboard.account" if session.verified_at else "dashboard.show_code"), 303)
    seed = vault.open_(sealed)
    width, path = factors.picture(factors.address(seed, session.staff.email))
    words = {"staff": session.staff, "verified": session.verified_at, "next": onward()}
    return render_template("dashboard/entry/factor.html", typed=factors.groups(seed), width=width, path=path, **words)


@page.post("/sign-in/second-factor", needs=Open.EVERYBODY, again=show_factor)
def set_factor() -> ResponseReturnValue:
    """The first code proves that the app and we mean the same."""
    session = half()
    sealed, again = sessions.kept_seed(session.staff), session.verified_at
    if sealed is None:
        raise Refused(Reason.NOT_SIGNED_IN)
    with transaction():
        entries.count_code(sessions.act(session), session.staff)
    step = factors.step(vault.open_(sealed), request.form.get("code", ""), now())
    if step is None:
        raise Refused(Reason.WRONG_SECOND_FACTOR, field="code")
    with transaction():
        session = half()
        act = sessions.act(session)
        fresh = entries.set_factor(act, session, sealed, step)
    sessions.attach(fresh)
    journal.note("second factor set up", act)
    if again:
        shell.told(gettext("Your new second factor is set up; the former one works no more."))
        return redirect(url_for("dashboard.account"), 303)
    return redirect(onward(), 303)
