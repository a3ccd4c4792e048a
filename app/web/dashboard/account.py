"""My own account: who I am here, what I may do, my password, my second factor, and where I am signed in."""

from dataclasses import dataclass
from datetime import datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import vault
from app.auth import factors, journal, passwords, sessions
from app.commands import entries
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import Method
from app.db import transaction
from app.models import StaffSession
from app.queries import people
from app.tongue import gettext
from app.web.dashboard import browsers, duties, page, shell
from app.web.dashboard.entering import chosen
from app.web.dashboard.signing_in import half
from app.web.pages.routes import Open, act
from app.web.pages.words import label


@dataclass(frozen=True)
class Browser:
    """One browser in which I am signed in, as the page lists it."""

    handle: str
    called: str
    ip: str | None
    since: datetime
    seen: datetime
    here: bool
    by_organization: bool


def _browser(row: StaffSession, here: StaffSession) -> Browser:
    by_organization = row.method == Method.OIDC
    name = browsers.called(row.user_agent)
    return Browser(sessions.handle(row), name, row.ip, row.created_at, row.seen_at, row.id == here.id, by_organization)


def _live() -> list[StaffSession]:
    return [row for row in people.sessions_of(shell.me()) if sessions.is_live(row)]


@page.get("/account", needs=Open.STAFF)
def account() -> ResponseReturnValue:
    here = half()
    listed = [_browser(row, here) for row in _live()]
    return render_template(
        "dashboard/account/account.html", browsers=listed, may_do=duties.mine(act()), role_word=label
    )


def _prove(name: str) -> None:
    """Somebody at a browser that was left open does not know the password."""
    staff = shell.me()
    with transaction():
        entries.count_sign_in(act(), staff.email)
    known = passwords.verify(staff.password_hash, request.form.get(name, "")[: passwords.LONGEST])
    if not known:
        journal.warn("password refused", act())
        raise Refused(Reason.WRONG_PASSWORD, field=name)


@page.post("/account/password", needs=Open.STAFF, again=account)
def change_password() -> ResponseReturnValue:
    _prove("current")
    password_hash = chosen(shell.me())
    with transaction():
        fresh = entries.change_password(act(), half(), password_hash)
    sessions.attach(fresh)
    journal.note("password changed", act())
    shell.told(gettext("Your password is changed, and all other browsers are signed out."))
    return redirect(url_for("dashboard.account"), 303)


@page.post("/account/second-factor", needs=Open.STAFF, again=account)
def renew_factor() -> ResponseReturnValue:
    """The former one works until the new one is proved."""
    _prove("known")
    sessions.keep_seed(shell.me(), vault.seal(factors.fresh()))
    return redirect(url_for("dashboard.show_factor"), 303)


@page.post("/account/sessions/end", needs=Open.STAFF)
def end_session() -> ResponseReturnValue:
    """One of my own, named by its handle."""
    named = [row for row in _live() if sessions.handle(row) == request.form.get("browser")]
    refuse_if(not named, Reason.NOT_FOUND, what="browser")
    with transaction():
        entries.end(act(), named[0])
    journal.note("session ended", act())
    shell.told(gettext("That browser is signed out."))
    return redirect(url_for("dashboard.account"), 303)


@page.post("/account/sessions/end-others", needs=Open.STAFF)
def end_other_sessions() -> ResponseReturnValue:
    with transaction():
        entries.end_others(act(), shell.me(), but=half())
    journal.note("other sessions ended", act())
    shell.told(gettext("All other browsers are signed out."))
    return redirect(url_for("dashboard.account"), 303)
