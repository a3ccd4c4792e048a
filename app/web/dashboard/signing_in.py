"""Staff come in and go."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth import sessions
from app.web.dashboard import page
from app.web.pages.routes import Open, local


@page.get("/sign-in", needs=Open.EVERYBODY)
def show_sign_in() -> ResponseReturnValue:
    return render_template("dashboard/sign-in.html", next=local(request.args.get("next")))


@page.post("/sign-out", needs=Open.EVERYBODY)
def sign_out() -> ResponseReturnValue:
    sessions.forget()
    return redirect(url_for("dashboard.show_sign_in"), 303)
