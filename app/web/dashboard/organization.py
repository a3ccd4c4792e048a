"""Staff who sign in at their own organization: off to its OIDC issuer, and back."""

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from app.auth import acts, journal, sessions
from app.commands import entries
from app.commands import staff as commands
from app.core.act import Act
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import Method, Role
from app.db import transaction
from app.errors import answer, on_page
from app.installation import installation
from app.models import Staff
from app.queries import people
from app.web.dashboard import page
from app.web.dashboard.signing_in import begin, onward, show_sign_in
from app.web.pages.routes import Open, local

BEGUN = "oidc"


def _back() -> str:
    return installation().config.base_url + url_for("dashboard.come_back")


@page.post("/sign-in/oidc", needs=Open.EVERYBODY, again=show_sign_in)
def go_to_organization() -> ResponseReturnValue:
    """By a page that leads there: our forms may be sent nowhere else, not even by a redirect."""
    refuse_if(not installation().config.sso, Reason.NOT_FOUND, what="address")
    # Imported here, so that an installation without an issuer need not load what speaks with one.
    from app.auth import sso

    with transaction():
        entries.count_visit(acts.somebody())
    url, begun = sso.begin(_back())
    cookie.permanent = True
    cookie[BEGUN] = begun.as_cookie() | {"next": onward()}
    return render_template("dashboard/entry/leave.html", url=url)


@page.get("/sign-in/oidc/back", needs=Open.EVERYBODY)
def come_back() -> ResponseReturnValue:
    begun = cookie.pop(BEGUN, None) or {}
    try:
        _enter(begun)
    except Refused as refused:
        journal.warn("sign-in refused", acts.somebody(), reason=refused.reason.value)
        return render_template("dashboard/entry/refused.html", remedy=on_page(refused).remedy), answer(refused).status
    return redirect(local(begun.get("next")), 303)


def _enter(begun: dict[str, str]) -> None:
    """No second factor is asked for: that is the organization's to ask."""
    refuse_if(not begun or not installation().config.sso, Reason.SIGN_IN_BROKEN_OFF)
    from app.auth import sso

    known = sso.finish(_back(), begun, request.args.get("state", ""), request.args.get("code", ""))
    staff = people.by_subject(known.subject)
    if staff is None:
        raise Refused(Reason.NOT_IDENTIFIED, subject=known.subject)
    act = acts.of(staff, Method.OIDC, ip=request.remote_addr, user_agent=acts.agent())
    _take_roles(act, staff, known.groups)
    with transaction():
        refuse_if(staff.disabled_at is not None, Reason.NOT_IDENTIFIED, subject=known.subject)
        session = begin(staff, Method.OIDC, verified=True)
    sessions.attach(session)
    journal.note("signed in", act)


def _take_roles(act: Act, staff: Staff, groups: tuple[str, ...] | None) -> None:
    """Where groups are configured, they say at each sign-in which roles somebody holds."""
    table = installation().config.oidc_groups
    if not table:
        return
    refuse_if(groups is None, Reason.NO_ROLE)
    roles: frozenset[Role] = frozenset().union(*(table.get(group, frozenset()) for group in groups or ()))
    with transaction():
        changed = commands.adopt_roles(act, staff, roles)
    if changed:
        journal.note("roles replaced by groups", act, roles=sorted(roles))
    refuse_if(not roles, Reason.NO_ROLE)
