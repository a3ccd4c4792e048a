"""A partner's mail as a whole: whether it goes, what waits; held back and let go."""

from typing import Any

from app.commands import pauses as commands
from app.core.carrying import Pausing
from app.core.permissions import Action
from app.installation import installation
from app.queries import pauses
from app.web.v1.callers import caller, partner
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Flag, Shape, Text
from app.web.v1.statuses import Attributes


class Pause(Shape):
    note: Text | None = None
    codes_too: Flag = False


class Rates(Answer):
    """Mails a second; null: as fast as it goes."""

    all: float | None
    domain: float | None


class MailShown(Answer):
    paused: bool
    paused_for_all: bool
    paused_why: str | None
    paused_note: str | None
    paused_at: str | None
    paused_by: str | None
    codes_too: bool
    queued: int
    oldest_at: str | None
    dead: int
    rates: Rates
    attributes: Attributes


@route.get("/mail", needs=Action.VIEW_MAIL, gives=MailShown)
def show_mail() -> dict[str, Any]:
    """Whether your mail goes out, how much of it waits, and how much was given up."""
    return _shown()


@route.post("/mail/pause", needs=Action.MANAGE_MAIL, takes=Pause, optional=True, gives=MailShown)
def pause_mail(given: Pause) -> dict[str, Any]:
    """Hold your mail back until you resume it.

    Invitations, reminders and notices wait; codes and one-time links go on unless they are held back too.
    Deadlines run as ever.
    """
    commands.pause(caller(), partner(), Pausing.BY_HAND, given.note, given.codes_too)
    return _shown()


@route.post("/mail/resume", needs=Action.MANAGE_MAIL, gives=MailShown)
def resume_mail() -> dict[str, Any]:
    """Let your mail go: what waited is due at once.

    That it was paused because too much of it bounced is forgiven with that; a pause by the operator stays.
    """
    commands.resume(caller(), partner())
    return _shown()


def _shown() -> dict[str, Any]:
    config = installation().config
    return pauses.shown(caller(), pauses.Rates(config.mail_rate, config.mail_domain_rate))
