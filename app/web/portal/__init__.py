"""The customer's portal: from a link in a mail to an answer on record."""

from flask import Blueprint

bp = Blueprint("portal", __name__)

from app.web.portal import agreement, identify, link  # noqa: E402, F401  the routes hang themselves on `bp`
