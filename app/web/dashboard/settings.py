"""The partner as Assent knows it, who may do what, and what support asks for: nothing secret, nobody else's."""

from datetime import date
from importlib.metadata import version

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth import journal
from app.commands import partners as commands
from app.config import Config
from app.core.permissions import Action
from app.core.refusals import Reason, Refused
from app.core.vocabulary import PartnerType, Role
from app.db import transaction
from app.installation import installation
from app.queries import partners
from app.tongue import gettext
from app.web.dashboard import duties, page, shell
from app.web.pages.forms import line
from app.web.pages.routes import act
from app.web.pages.words import label


@page.get("/settings", needs=Action.MANAGE_STAFF)
def settings() -> ResponseReturnValue:
    own, config = shell.own(), installation().config
    return render_template(
        "dashboard/settings/settings.html",
        type=label(own.type),
        resells=own.type is PartnerType.RESELLER,
        tied=partners.tied(act()),
        roles=[label(role) for role in Role],
        duties=duties.table(act()),
        changed=[gettext(duties.DUTIES[Action(name)]) for name in config.permissions],
        facts=_facts(config),
        today=act().at.date().isoformat(),
    )


def _facts(config: Config) -> list[tuple[str, str]]:
    """What somebody who helps will ask for first."""
    relays = ", ".join(relay.name for relay in config.smtp_url)
    ours = gettext("Assent's own: customers accept here")
    theirs = gettext("Microsoft's: links lead there, and acceptances are reported back")
    return [
        (gettext("Version"), version("assent")),
        (gettext("Address"), config.base_url),
        (gettext("Portal"), ours if config.portal == "builtin" else theirs),
        (gettext("Mail goes to"), relays or gettext("files in a folder of the server; nobody gets any mail")),
        (gettext("Mail comes from"), config.mail_from),
        (gettext("Database"), "SQLite" if config.sqlite else "PostgreSQL"),
    ]


@page.post("/settings/four-eyes", needs=Action.MANAGE_STAFF, again=settings)
def change_four_eyes() -> ResponseReturnValue:
    on = request.form.get("four_eyes") == "yes"
    with transaction():
        commands.require_two(act(), shell.own(), on)
    journal.note("four eyes switched", act(), on=on)
    said = gettext("From now on every attestation needs a second person.")
    shell.told(said if on else gettext("From now on one person attests alone."))
    return redirect(url_for("dashboard.settings"), 303)


@page.post("/settings/vendor-agreement", needs=Action.MANAGE_STAFF, again=settings)
def note_vendor_agreement() -> ResponseReturnValue:
    try:
        since = date.fromisoformat(line("vendor_agreement_on"))
    except ValueError as error:
        raise Refused(Reason.INVALID_VALUE, field="vendorAgreementOn") from error
    with transaction():
        commands.note_vendor_agreement(act(), shell.own(), since)
    shell.told(gettext("Saved."))
    return redirect(url_for("dashboard.settings"), 303)
