"""The link in a reminder that ends reminders: a page with one button, which mail programs may press by themselves."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import tongue
from app.auth import acts, visits
from app.commands import portal, reminding
from app.core import links
from app.core.refusals import Reason, Refused
from app.core.vocabulary import Counted
from app.db import db, transaction
from app.errors import on_refused
from app.installation import installation
from app.models import Invitation, Partner
from app.web.security import csrf

bp = Blueprint("stopping", __name__)
# What is refused here is nothing of the visit that this browser may be on.
bp.register_error_handler(Refused, on_refused)


@bp.get("/stop/<token>")
def ask(token: str) -> ResponseReturnValue:
    """Open to whoever holds the link; it changes nothing, for scanners follow links."""
    invitation = _invitation(token)
    if invitation is None:
        raise Refused(Reason.INVITATION_REVOKED)
    return _page(invitation, token)


@bp.post("/stop/<token>")
def stop(token: str) -> ResponseReturnValue:
    """The same, from the page's button or from a mail program (RFC 8058), which has no page of ours before it."""
    with transaction():
        act, invitation = acts.customer(), _invitation(token)
        if invitation:
            reminding.stop(act, invitation)
        else:
            portal.count(act, Counted.ADDRESS, act.ip or "unknown")
    # Refused only after the commit: a guess that is rolled back would not be counted.
    if invitation is None:
        raise Refused(Reason.INVITATION_REVOKED)
    return _page(invitation)


csrf.exempt(stop)


def _page(invitation: Invitation, token: str | None = None) -> str:
    """With the button while there is something to stop."""
    tongue.prefer(invitation.language)
    partner = db.session.get_one(Partner, invitation.partner_id)
    return render_template("portal/stop.html", partner=partner.name, token=token)


def _invitation(token: str) -> Invitation | None:
    """Whatever has become of the invitation: who wants no more reminders need not look for the newest mail."""
    return visits.linked(Invitation, installation().keys.stop, token, links.ALWAYS)
