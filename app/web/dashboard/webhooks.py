"""The endpoints that are told of what happens: which there are, how they do, and new ones."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import vault
from app.commands import webhooks as commands
from app.commands.webhooks import Wanted
from app.core.permissions import Action
from app.core.refusals import Reason, refuse_if
from app.core.webhooks import EVERY
from app.db import transaction
from app.hooks import guard, signing
from app.installation import installation
from app.queries import webhooks as queries
from app.tongue import N_, gettext
from app.web.dashboard import page
from app.web.pages import hook_words
from app.web.pages.forms import line
from app.web.pages.routes import act, may

TABS = (
    (N_("Endpoints"), "webhooks", Action.MANAGE_HOOKS),
    (N_("Sources"), "sources", Action.MANAGE_SOURCES),
    (N_("Received"), "received", Action.MANAGE_SOURCES),
)


def tabs(now: str) -> list[tuple[str, str, bool]]:
    return [(gettext(label), url_for(f"dashboard.{name}"), name == now) for label, name, needs in TABS if may(needs)]


@page.get("/webhooks", needs=(Action.MANAGE_HOOKS, Action.MANAGE_SOURCES))
def webhooks() -> ResponseReturnValue:
    if not may(Action.MANAGE_HOOKS):
        return redirect(url_for("dashboard.sources"), 303)
    ends = queries.endpoints(act())
    return render_template(
        "dashboard/webhooks/endpoints.html",
        tabs=tabs("webhooks"),
        rows=[(end, hook_words.heard(end.events)) for end in ends],
        newest=queries.newest(act(), ends),
        words=hook_words,
    )


@page.get("/webhooks/new", needs=Action.MANAGE_HOOKS)
def new_endpoint() -> ResponseReturnValue:
    return render_template("dashboard/webhooks/new.html", families=hook_words.families(), every=EVERY)


@page.post("/webhooks/new", needs=Action.MANAGE_HOOKS, again=new_endpoint)
def add_endpoint() -> ResponseReturnValue:
    """Its secret stands in this answer and nowhere else."""
    url, secret = address(), signing.new_secret()
    with transaction():
        end = commands.add(act(), Wanted(url, chosen(), line("description")), vault.seal(secret))
        where = url_for("dashboard.endpoint", endpoint_id=end.id)
    return render_template("dashboard/webhooks/secret.html", secret=secret, where=where, url=url, former=None)


def address() -> str:
    """Looked up before anything is written: a name server may take its time."""
    url = line("url")
    refuse_if(not url, Reason.MISSING_FIELD, field="url")
    guard.vet(url, installation().config.webhook_allow)
    return url


def chosen() -> list[str]:
    """The events that were ticked; what a wider choice holds already is left out."""
    ticked = request.form.getlist("events")
    if EVERY in ticked:
        return [EVERY]
    return [event for event in ticked if event.endswith(".*") or f"{event.partition('.')[0]}.*" not in ticked]
