"""The link of an invitation: exchanged for a cookie and a clean address. It changes nothing and spends nothing."""

from flask import redirect, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.routing import BaseConverter

from app.auth import visits
from app.core.refusals import Reason, Refused
from app.web.portal import bp


class Spelled(BaseConverter):
    """The vendor's path, which it spells in several ways itself."""

    regex = "(?i:AdminPortal/Home)"
    part_isolating = False


@bp.record_once
def know(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["adminportal"] = Spelled


@bp.get("/<adminportal:spelled>/<token>")
def follow(spelled: str, token: str) -> ResponseReturnValue:
    """Open to whoever holds the link; holding it identifies nobody."""
    invitation = visits.invitation_by_token(token)
    if invitation is None:
        raise Refused(Reason.INVITATION_REVOKED)
    visits.remember(invitation)
    return redirect(url_for("portal.show"), 303)


@bp.get("/<adminportal:spelled>")
@bp.get("/<adminportal:spelled>/")
def enter(spelled: str) -> ResponseReturnValue:
    """Open to everybody: the vendor's links without a token of ours lead to the portal's home."""
    return redirect(url_for("portal.home.show"), 303)
