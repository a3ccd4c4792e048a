"""What is around every page of the dashboard: the way to the others, who is signed in, and refusals."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.permissions import Action
from app.core.policy import Rulebook
from app.core.refusals import Reason, Refused
from app.errors import answer, on_page
from app.installation import installation
from app.models import Partner, Staff
from app.queries import rulebooks
from app.tongue import N_, gettext
from app.web.dashboard import bp
from app.web.pages.routes import act, local, may


@dataclass(frozen=True)
class Place:
    """An entry of the main navigation, shown to whoever may do any of these."""

    label: str
    endpoint: str
    needs: tuple[Action, ...] = ()


NAVIGATION = (
    Place(N_("Home"), "dashboard.home"),
    Place(N_("Customers"), "dashboard.customers", (Action.VIEW,)),
    Place(N_("Drafts"), "dashboard.drafts", (Action.VIEW_DRAFT,)),
    Place(N_("Disputes"), "dashboard.disputes", (Action.OPEN_DISPUTE, Action.CLOSE_DISPUTE)),
    Place(N_("Rules"), "dashboard.rules", (Action.VIEW, Action.MANAGE_RULES)),
    Place(N_("Agreements"), "dashboard.catalogue", (Action.VIEW, Action.MANAGE_RULES)),
    Place(N_("Mail"), "dashboard.mail", (Action.VIEW_MAIL,)),
    Place(N_("Webhooks"), "dashboard.webhooks", (Action.MANAGE_HOOKS, Action.MANAGE_SOURCES)),
    Place(N_("People"), "dashboard.people", (Action.MANAGE_STAFF,)),
    Place(N_("Settings"), "dashboard.settings", (Action.MANAGE_STAFF,)),
)
# Where pages are found whose address begins otherwise.
ELSEWHERE = {"/tasks": "dashboard.home", "/invitations": "dashboard.customers"}


def me() -> Staff:
    found: Staff = g.staff
    return found


def own() -> Partner:
    """The partner of whoever is signed in."""
    return me().partner


def rules() -> Rulebook:
    """The rules that hold for that partner."""
    return rulebooks.of(installation().rules, own().id)


def rules_of(partner_id: UUID) -> Rulebook:
    """Those of whoever confirms, which for a reseller's customer is its provider."""
    return rulebooks.of(installation().rules, partner_id)


def told(message: str) -> None:
    """Say on the next page what was done."""
    flash(message)


def _place() -> str:
    """The entry under which this page is found: that of its own address, or of the nearest one above it."""
    first = f"/{request.path.split('/')[1]}"
    above = {url_for(place.endpoint): place.endpoint for place in NAVIGATION} | ELSEWHERE
    return above.get(first, "")


@bp.context_processor
def surroundings() -> dict[str, Any]:
    if "act" not in g:
        return {"me": None}
    shown = [place for place in NAVIGATION if not place.needs or may(*place.needs)]
    places = [(gettext(place.label), url_for(place.endpoint), place.endpoint == _place()) for place in shown]
    return {"me": me(), "own": own(), "act": act(), "places": places}


@bp.errorhandler(Refused)
def refused(problem: Refused) -> ResponseReturnValue:
    """Whoever is not signed in is asked to, and comes back to this page."""
    status = answer(problem).status
    if problem.reason is Reason.NOT_SIGNED_IN:
        back = request.full_path.rstrip("?") if request.method == "GET" else "/"
        return render_template("dashboard/sign-in.html", next=local(back)), status
    words = {"title": gettext("That was not possible"), "remedy": on_page(problem).remedy}
    return render_template("dashboard/problem.html" if "act" in g else "problem.html", **words), status
