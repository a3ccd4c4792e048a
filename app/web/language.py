"""The reader chooses the language of all pages in this browser; staff have it remembered with their account."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from app import tongue
from app.auth import sessions
from app.commands import staff
from app.core.languages import Language
from app.db import transaction
from app.web.pages.routes import local

bp = Blueprint("language", __name__)


@bp.post("/language")
def choose() -> ResponseReturnValue:
    """Open to everybody."""
    wanted = request.form.get("language")
    if wanted in list(Language):
        tongue.choose(Language(wanted))
        session = sessions.current()
        if session and session.verified_at:
            with transaction():
                staff.speak(sessions.act(session), session.staff, Language(wanted))
    return redirect(local(request.form.get("next")), 303)
