"""The customer's portal: from a link in a mail to an answer on record."""

from flask import Blueprint

bp = Blueprint("portal", __name__)

from app.web.portal import agreement, handover, identify, link, reveal, stopping  # noqa: E402, F401  the routes hang themselves on `bp`

bp.register_blueprint(reveal.bp)
bp.register_blueprint(stopping.bp)
