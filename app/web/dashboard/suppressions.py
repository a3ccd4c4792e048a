"""The mailboxes that must not be written to: why, since when, by whom; put there and taken off."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.commands import suppressions as commands
from app.core.carrying import Health
from app.core.contact import uuid
from app.core.permissions import Action
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import PartnerType
from app.db import transaction
from app.queries import suppressions as queries
from app.tongue import gettext
from app.web.dashboard import page, shell
from app.web.dashboard.mail import tabs
from app.web.pages import mail_words
from app.web.pages.forms import line
from app.web.pages.routes import act

MOST, LIFTED = 50, 10


@page.get("/mail/suppressions", needs=Action.VIEW_MAIL)
def suppressions() -> ResponseReturnValue:
    q, after = request.args.get("q", "").strip()[:254], uuid(request.args.get("after"))
    rows = queries.page(act(), MOST + 1, after, q or None)
    shown = [queries.shown(row) for row in rows[:MOST]]
    return render_template(
        "dashboard/mail/suppressions.html",
        tabs=tabs("suppressions"),
        rows=[(row, mail_words.health(row["contactHealth"]), mail_words.code(row["reason"])) for row in shown],
        q=q,
        first=url_for("dashboard.suppressions", q=q or None) if after else None,
        next=url_for("dashboard.suppressions", q=q or None, after=shown[-1]["id"]) if len(rows) > MOST else None,
        lifted=queries.lifted(act(), LIFTED),
        was=mail_words.was,
        resells=shell.own().type is PartnerType.RESELLER,
    )


@page.post("/mail/suppressions", needs=Action.MANAGE_MAIL, again=suppressions)
def add_suppression() -> ResponseReturnValue:
    with transaction():
        row = commands.add(act(), shell.own(), line("email"), line("reason"))
        mailbox = row.mailbox
    shell.told(gettext("%(mailbox)s gets no invitations and reminders any more.", mailbox=mailbox))
    return redirect(url_for("dashboard.suppressions"), 303)


@page.get("/mail/suppressions/<uuid:suppression_id>", needs=Action.MANAGE_MAIL)
def suppression(suppression_id: UUID) -> ResponseReturnValue:
    """What it means to take it off, before that is done."""
    row = queries.shown(queries.one(act(), suppression_id))
    complained = row["contactHealth"] == Health.COMPLAINED
    word = mail_words.health(row["contactHealth"])
    return render_template(
        "dashboard/mail/suppression.html", tabs=tabs("suppressions"), row=row, word=word, complained=complained
    )


@page.post("/mail/suppressions/<uuid:suppression_id>/remove", needs=Action.MANAGE_MAIL, again=suppression)
def remove_suppression(suppression_id: UUID) -> ResponseReturnValue:
    """Who complained is written to again only for a reason."""
    row, why = queries.one(act(), suppression_id), line("why")
    complained = queries.shown(row)["contactHealth"] == Health.COMPLAINED
    refuse_if(complained and not why, Reason.MISSING_FIELD, field="why")
    mailbox = row.mailbox
    with transaction():
        commands.remove(act(), row, why or None)
    shell.told(gettext("%(mailbox)s can be written to again.", mailbox=mailbox))
    return redirect(url_for("dashboard.suppressions"), 303)
