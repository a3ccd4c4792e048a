"""The link of an invitation: exchanged for a cookie and a clean address. It changes nothing and spends nothing."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from app.auth import visits
from app.core.refusals import Reason, Refused
from app.web.portal import bp


@bp.get("/AdminPortal/Home/<token>")
@bp.get("/Adminportal/Home/<token>")
@bp.get("/adminportal/home/<token>")
def follow(token: str) -> ResponseReturnValue:
    """Open to whoever holds the link; holding it identifies nobody."""
    invitation = visits.invitation_by_token(token)
    if invitation is None:
        raise Refused(Reason.INVITATION_REVOKED)
    visits.remember(invitation)
    return redirect(url_for("portal.show"), 303)
