"""The customer's portal: from a link in a mail to an answer on record."""

from flask import Blueprint

bp = Blueprint("portal", __name__)

from app.web.portal import (  # noqa: E402  the routes hang themselves on `bp`
    agreement,  # noqa: F401
    handover,  # noqa: F401
    home,
    identify,  # noqa: F401
    link,  # noqa: F401
    partners,  # noqa: F401
    reveal,
    stopping,
)

bp.register_blueprint(home.bp)
bp.register_blueprint(reveal.bp)
bp.register_blueprint(stopping.bp)
