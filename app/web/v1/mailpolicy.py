"""When a partner's mails go out and in which language its own people are written to."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from app.commands import mailpolicies as commands
from app.core import languages, reminding
from app.core.permissions import Action
from app.core.refusals import Reason
from app.installation import installation
from app.queries import mailpolicies
from app.web.v1.callers import caller, partner
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Bad, Flag, Shape, whole
from app.web.v1.statuses import Attributes

WHERE = "/mailpolicy"
Reminders = Annotated[list[Annotated[int, whole(1, reminding.LONGEST)]], Field(max_length=reminding.MOST)]


class Open(StrEnum):
    """What can be left to the installation."""

    LANGUAGE = "language"
    REMINDERS = "reminders"
    QUIET_HOURS = "quietHours"
    EXPIRY_WARNING = "expiryWarningDays"


def _quiet(value: Any) -> str:
    try:
        return str(reminding.quiet_hours(value) or reminding.OFF) if isinstance(value, str) else _refuse()
    except ValueError:
        return _refuse()


def _refuse() -> str:
    raise Bad(Reason.INVALID_VALUE, says="two full hours such as 20-8, or off")


# As much of it as a pattern can say that is never refused.
SPELLED = "^(off|(0|1[2-9]|2[0-3])-([1-9]|1[01]))$"
Quiet = Annotated[str, BeforeValidator(_quiet), WithJsonSchema({"type": "string", "pattern": SPELLED})]


class MailPolicyChange(Shape):
    language: languages.Language | None = None
    reminders: Reminders | None = None
    quiet_hours: Quiet | None = None
    expiry_warning_days: Annotated[int, whole(0, reminding.LONGEST)] | None = None
    password_in_mail: Flag | None = None
    reset: Annotated[list[Open], Field(max_length=4)] | None = None


class Held(Answer):
    language: str
    reminders: list[int]
    quiet_hours: str
    expiry_warning_days: int
    password_in_mail: bool


class MailPolicyShown(Answer):
    """Null is what the partner has left open; `inForce` says what holds then."""

    language: str | None
    reminders: list[int] | None
    quiet_hours: str | None
    expiry_warning_days: int | None
    password_in_mail: bool
    in_force: Held
    warnings: list[str]
    attributes: Attributes


COLUMNS = {
    Open.LANGUAGE: "language",
    Open.REMINDERS: "reminders",
    Open.QUIET_HOURS: "quiet_hours",
    Open.EXPIRY_WARNING: "warning_days",
}


@route.get(WHERE, needs=Action.MANAGE_MAIL, gives=MailPolicyShown, one=True)
def show_mail_policy() -> dict[str, Any]:
    """Read when reminders go out, when they must not, and how first passwords travel.

    An invitation may name days of its own. Where a reseller works a customer, what the reseller has decided comes
    before what its provider has.
    """
    return mailpolicies.shown(caller(), partner().id, installation().rules.reminding)


@route.patch(WHERE, needs=Action.MANAGE_MAIL, takes=MailPolicyChange, gives=MailPolicyShown)
def change_mail_policy(given: MailPolicyChange) -> dict[str, Any]:
    """Change the policy; members that are left out stay as they are, those named in `reset` fall to the installation.

    It holds for invitations that are open, too, from their next reminder on.
    """
    act, own = caller(), partner().id
    values: dict[str, Any] = {COLUMNS[name]: None for name in given.reset or []}
    wanted: dict[str, Any] = {"language": given.language, "reminders": given.reminders}
    wanted |= {"quiet_hours": given.quiet_hours}
    wanted |= {"warning_days": given.expiry_warning_days, "password_in_mail": given.password_in_mail}
    commands.change(act, own, values | {name: value for name, value in wanted.items() if value is not None})
    return mailpolicies.shown(act, own, installation().rules.reminding)
