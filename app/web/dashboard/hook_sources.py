"""Systems that may tell a partner by webhook what happened elsewhere, and what became of what they told."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import vault
from app.commands import sources as commands
from app.commands.sources import Trusted
from app.core.contact import uuid
from app.core.hooks import Arrival, SigningScheme
from app.core.permissions import Action
from app.core.refusals import Reason, Refused, refuse_if
from app.core.webhooks import OVERLAP
from app.db import transaction
from app.errors import answer
from app.hooks import certificates, signing
from app.installation import installation
from app.models import HookSource
from app.queries import sources as queries
from app.tongue import gettext
from app.web.dashboard import page, shell
from app.web.dashboard.webhooks import tabs
from app.web.pages import hook_words
from app.web.pages.forms import line
from app.web.pages.routes import act

ONE = "/webhooks/sources/<uuid:source_id>"
SIZE = 50
# Certificates of several roots are longer than other forms.
ROOM = 256 * 1024


def _url(source: HookSource) -> str:
    """Where it posts to."""
    return f"{installation().config.base_url}/hooks/{source.id}"


@page.get("/webhooks/sources", needs=Action.MANAGE_SOURCES)
def sources() -> ResponseReturnValue:
    after = uuid(request.args.get("after"))
    rows = queries.page(act(), SIZE + 1, after)
    more = url_for("dashboard.sources", after=rows[SIZE - 1].id) if len(rows) > SIZE else None
    first = url_for("dashboard.sources") if after else None
    shown = [(source, _url(source)) for source in rows[:SIZE]]
    return render_template("dashboard/webhooks/sources.html", tabs=tabs("sources"), rows=shown, next=more, first=first)


@page.post("/webhooks/sources", needs=Action.MANAGE_SOURCES, again=sources, room=ROOM)
def add_source() -> ResponseReturnValue:
    """A secret stands in this answer and nowhere else."""
    standard, secret = request.form.get("scheme") != SigningScheme.VENDOR, signing.new_secret()
    by = vault.seal(secret) if standard else _trusted()
    with transaction():
        source = commands.add(act(), shell.own(), line("name"), by)
        where, url = url_for("dashboard.source", source_id=source.id), _url(source)
    if standard:
        return render_template(
            "dashboard/webhooks/source_secret.html", secret=secret, where=where, url=url, former=None
        )
    return redirect(where, 303)


def _trusted() -> Trusted:
    hosts = request.form.get("certificate_hosts", "").replace(",", " ").split()
    refuse_if(not hosts, Reason.MISSING_FIELD, field="certificateHosts")
    return Trusted(hosts[:20], line("organization"), certificates.roots(request.form.get("roots", "")))


@page.get(ONE, needs=Action.MANAGE_SOURCES)
def source(source_id: UUID) -> ResponseReturnValue:
    row = queries.one(act(), source_id)
    return render_template(
        "dashboard/webhooks/source.html",
        source=row,
        url=_url(row),
        standard=row.scheme is SigningScheme.STANDARD,
        now=act().at,
        rows=queries.received(act(), 10, None, source_id),
        words=hook_words,
        remedy=remedy,
    )


@page.post(ONE, needs=Action.MANAGE_SOURCES, again=source, room=ROOM)
def change_source(source_id: UUID) -> ResponseReturnValue:
    row = queries.one(act(), source_id)
    by = _trusted() if row.scheme is SigningScheme.VENDOR else None
    with transaction():
        commands.rename(act(), row, line("name"))
        if by:
            commands.trust(act(), row, by)
    shell.told(gettext("Saved."))
    return redirect(url_for("dashboard.source", source_id=source_id), 303)


@page.post(f"{ONE}/rotate", needs=Action.MANAGE_SOURCES, again=source)
def rotate_source(source_id: UUID) -> ResponseReturnValue:
    row, secret = queries.one(act(), source_id), signing.new_secret()
    with transaction():
        commands.rotate(act(), row, vault.seal(secret))
        where, url = url_for("dashboard.source", source_id=source_id), _url(row)
    former = act().at + OVERLAP
    return render_template("dashboard/webhooks/source_secret.html", secret=secret, where=where, url=url, former=former)


@page.post(f"{ONE}/enable", needs=Action.MANAGE_SOURCES, again=source)
def enable_source(source_id: UUID) -> ResponseReturnValue:
    return _switch(source_id, True, gettext("What it sends is taken again."))


@page.post(f"{ONE}/disable", needs=Action.MANAGE_SOURCES, again=source)
def disable_source(source_id: UUID) -> ResponseReturnValue:
    return _switch(source_id, False, gettext("Nothing that it sends is taken; it is answered as if it were unknown."))


def _switch(source_id: UUID, on: bool, said: str) -> ResponseReturnValue:
    with transaction():
        commands.enable(act(), queries.one(act(), source_id), on)
    shell.told(said)
    return redirect(url_for("dashboard.source", source_id=source_id), 303)


@page.post(f"{ONE}/remove", needs=Action.MANAGE_SOURCES, again=source)
def remove_source(source_id: UUID) -> ResponseReturnValue:
    with transaction():
        commands.remove(act(), queries.one(act(), source_id))
    shell.told(gettext("The source is gone, and its secret with it. What it has sent stays listed."))
    return redirect(url_for("dashboard.sources"), 303)


@page.get("/webhooks/received", needs=Action.MANAGE_SOURCES)
def received() -> ResponseReturnValue:
    asked, after = request.args.get("outcome", ""), uuid(request.args.get("after"))
    outcome = Arrival(asked) if asked in list(Arrival) else None
    rows = queries.received(act(), SIZE + 1, outcome, None, after)
    where: dict[str, Any] = {"outcome": outcome.value if outcome else None}
    return render_template(
        "dashboard/webhooks/received.html",
        tabs=tabs("received"),
        rows=rows[:SIZE],
        outcome=outcome,
        outcomes=list(Arrival),
        next=url_for("dashboard.received", after=rows[SIZE - 1]["id"], **where) if len(rows) > SIZE else None,
        first=url_for("dashboard.received", **where) if after else None,
        words=hook_words,
        remedy=remedy,
    )


@page.get("/webhooks/received/<uuid:received_id>", needs=Action.MANAGE_SOURCES)
def received_one(received_id: UUID) -> ResponseReturnValue:
    row, named, customer_id = queries.one_received(act(), received_id)
    body = vault.open_(row.body) if row.body else None
    shown = queries.arrived(row, named, customer_id)
    return render_template(
        "dashboard/webhooks/arrival.html", row=shown, body=body, word=hook_words.arrival(row.outcome), remedy=remedy
    )


def remedy(row: dict[str, object]) -> str:
    """What to do about one that was refused: the rule's own answer, in the reader's language."""
    reason, details = row["reason"], row["details"]
    if reason not in list(Reason):
        return str(reason or "")
    refused = Refused(Reason(str(reason)), **(details if isinstance(details, dict) else {}))
    return answer(refused, gettext).remedy
