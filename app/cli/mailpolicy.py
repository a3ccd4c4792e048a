"""What `assent partner set` decides about a partner's mails."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

import click

from app.core import reminding
from app.core.languages import Language

F = TypeVar("F", bound=Callable[..., Any])
DEFAULT = "default"


class Spelled(click.ParamType[Any]):
    """Text that one of our own rules reads; where it says so, `default` gives the decision back."""

    def __init__(self, name: str, read: Callable[[str], Any], default: bool = True) -> None:
        self.name, self.read, self.default = name, read, default

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:
        if not isinstance(value, str) or (self.default and value == DEFAULT):
            return value
        try:
            return self.read(value)
        except ValueError as error:
            self.fail(str(error), param, context)


def _quiet_hours(text: str) -> str:
    return str(reminding.quiet_hours(text) or reminding.OFF)


def _warning(text: str) -> int:
    return 0 if text == reminding.OFF else int(text)


REMINDERS = Spelled("DAYS", reminding.days, default=False)
PARTNERS = Spelled("DAYS", reminding.days)
OPTIONS = (
    click.option("--reminders", type=PARTNERS, help="Days after an invitation, such as 3,7,14; off; or default."),
    click.option(
        "--quiet-hours",
        type=Spelled("HOURS", _quiet_hours),
        help="Hours without reminders, such as 20-8; off; or default.",
    ),
    click.option("--expiry-warning", type=Spelled("DAYS", _warning), help="Days before the end; off; or default."),
    click.option(
        "--mail-language",
        type=click.Choice([language.value for language in Language]),
        help="Of mails to the partner's own people.",
    ),
    click.option(
        "--password-in-mail/--password-by-link",
        "password_in_mail",
        default=None,
        help="Whether first passwords stand in mails, where anybody who reads along has them.",
    ),
)
NAMES = {"reminders": "reminders", "quiet_hours": "quiet_hours", "expiry_warning": "warning_days"}
NAMES |= {"mail_language": "language", "password_in_mail": "password_in_mail"}


def options(function: F) -> F:
    for option in reversed(OPTIONS):
        function = option(function)
    return function


def change(partner_id: UUID, given: dict[str, Any]) -> dict[str, Any]:
    """Decide what was given; answers the policy where something was."""
    from app.auth import acts
    from app.commands import mailpolicies as commands
    from app.installation import installation
    from app.queries import mailpolicies

    wanted = {NAMES[name]: value for name, value in given.items() if value is not None}
    if not wanted:
        return {}
    act = acts.console()
    commands.change(act, partner_id, {name: None if value == DEFAULT else value for name, value in wanted.items()})
    shown = mailpolicies.shown(act, partner_id, installation().rules.reminding)
    return {"mailPolicy": {name: value for name, value in shown.items() if name != "attributes"}}
