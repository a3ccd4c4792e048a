"""How mail stands: what waits, what was sent, what came back; held back and let go."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.commands import pauses as commands
from app.core.carrying import Pausing
from app.core.permissions import Action
from app.core.vocabulary import PartnerType
from app.db import transaction
from app.installation import installation
from app.queries import pauses, posted, routes
from app.tongue import N_, gettext
from app.web.dashboard import page, shell
from app.web.pages import mail_words
from app.web.pages.routes import act, may

# The pages of mail: label, endpoint, and who may open it.
TABS = (
    (N_("How mail stands"), "mail", Action.VIEW_MAIL),
    (N_("Reminders and passwords"), "mail_policy", Action.MANAGE_MAIL),
    (N_("Look"), "branding", Action.MANAGE_MAIL),
    (N_("Wordings"), "wordings", Action.MANAGE_MAIL),
    (N_("Suppressed mailboxes"), "suppressions", Action.VIEW_MAIL),
)


def tabs(now: str) -> list[tuple[str, str, bool]]:
    """Label, address, and whether it is this page; only those that the reader may open."""
    return [(gettext(label), url_for(f"dashboard.{name}"), name == now) for label, name, needs in TABS if may(needs)]


@page.get("/mail", needs=Action.VIEW_MAIL)
def mail() -> ResponseReturnValue:
    config = installation().config
    standing = pauses.shown(act(), pauses.Rates(config.mail_rate, config.mail_domain_rate))
    return render_template(
        "dashboard/mail/standing.html",
        tabs=tabs("mail"),
        standing=standing,
        why=mail_words.pause(standing["pausedWhy"]) if standing["paused"] else None,
        stopped=standing["pausedWhy"] == Pausing.HARD_BOUNCES,
        lately=posted.lately(act()),
        relays=routes.refusing(act().at),
        owed=mail_words.owed,
        resells=shell.own().type is PartnerType.RESELLER,
    )


@page.post("/mail/pause", needs=Action.MANAGE_MAIL, again=mail)
def pause_mail() -> ResponseReturnValue:
    with transaction():
        commands.pause(
            act(), shell.own(), Pausing.BY_HAND, request.form.get("note"), request.form.get("codes_too") == "yes"
        )
    shell.told(gettext("Your mail is paused: it waits here until somebody resumes it."))
    return redirect(url_for("dashboard.mail"), 303)


@page.post("/mail/resume", needs=Action.MANAGE_MAIL, again=mail)
def resume_mail() -> ResponseReturnValue:
    with transaction():
        held = commands.resume(act(), shell.own())
    said = gettext("Your mail goes out again; what waited is due at once.")
    shell.told(said if held else gettext("Your mail was not paused; nothing was changed."))
    return redirect(url_for("dashboard.mail"), 303)
