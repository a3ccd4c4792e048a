"""The dashboard: the pages of a partner's staff, one file per resource."""

from flask import Blueprint

from app.web.pages.routes import Pages

bp = Blueprint("dashboard", __name__)
page = Pages(bp)

from app.web.dashboard import home, shell, signing_in  # noqa: E402, F401  the pages hang themselves on `bp`
