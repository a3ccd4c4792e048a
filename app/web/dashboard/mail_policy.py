"""When reminders go out, when they must not, and how first passwords travel: what a partner decides."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.commands import mailpolicies as commands
from app.core import reminding
from app.core.languages import Language
from app.core.permissions import Action
from app.core.refusals import Reason, Refused
from app.core.vocabulary import PartnerType
from app.db import transaction
from app.installation import installation
from app.queries import mailpolicies
from app.tongue import gettext
from app.web.dashboard import page, shell
from app.web.dashboard.mail import tabs
from app.web.pages.forms import line
from app.web.pages.routes import act


@page.get("/mail/policy", needs=Action.MANAGE_MAIL)
def mail_policy() -> ResponseReturnValue:
    theirs = installation().rules.reminding
    return render_template(
        "dashboard/mail/policy.html",
        tabs=tabs("mail_policy"),
        own_choice=mailpolicies.shown(act(), shell.own().id, theirs),
        theirs={
            "reminders": reminding.spelled(theirs.days),
            "quiet_hours": str(theirs.quiet or reminding.OFF),
            "expiry_warning_days": theirs.warning_days,
        },
        spelled=reminding.spelled,
        resells=shell.own().type is PartnerType.RESELLER,
    )


@page.post("/mail/policy", needs=Action.MANAGE_MAIL, again=mail_policy)
def change_mail_policy() -> ResponseReturnValue:
    """An empty field leaves the decision to the installation."""
    values = {
        "language": _language(line("language")),
        "reminders": _days(line("reminders")),
        "quiet_hours": line("quiet_hours").lower() or None,
        "warning_days": _whole(line("expiry_warning_days")),
        "password_in_mail": request.form.get("password_in_mail") == "yes",
    }
    with transaction():
        commands.change(act(), shell.own().id, values)
    shell.told(gettext("This holds from now on, also for invitations that are open."))
    return redirect(url_for("dashboard.mail_policy"), 303)


def _language(text: str) -> Language | None:
    return Language(text) if text in list(Language) else None


def _days(text: str) -> list[int] | None:
    try:
        return list(reminding.days(text.lower())) if text else None
    except ValueError as error:
        raise Refused(Reason.INVALID_VALUE, field="reminders") from error


def _whole(text: str) -> Any:
    """A number as people write it; what is none is refused with the field it stands in."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise Refused(Reason.INVALID_VALUE, field="expiryWarningDays")
    return int(text)
