"""Home: what needs me now, and where all agreements stand."""

from flask import render_template
from flask.typing import ResponseReturnValue

from app.web.dashboard import page
from app.web.pages.routes import Open


@page.get("/", needs=Open.STAFF)
def home() -> ResponseReturnValue:
    return render_template("dashboard/home.html")
