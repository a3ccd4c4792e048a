"""When somebody who was invited and has not answered is written to again: the days, the warning, the quiet hours."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

MOST, LONGEST = 4, 365
OFF = "off"
DAY = timedelta(days=1)


class Kind(StrEnum):
    REMINDER = "reminder"
    EXPIRY_WARNING = "expiry-warning"


@dataclass(frozen=True)
class Quiet:
    """From one full hour of the contact's day to another, over midnight where the first is the later one."""

    begins: int
    ends: int

    def __str__(self) -> str:
        return f"{self.begins}-{self.ends}"

    def at(self, local: datetime) -> bool:
        if self.begins < self.ends:
            return self.begins <= local.hour < self.ends
        return local.hour >= self.begins or local.hour < self.ends

    def end(self, local: datetime) -> datetime:
        """When the quiet hours that hold now are over."""
        day = local.date() + (DAY if local.hour >= self.ends else timedelta())
        return datetime(day.year, day.month, day.day, self.ends, tzinfo=local.tzinfo).astimezone(UTC)


@dataclass(frozen=True)
class Policy:
    """Days after the invitation, the hours without mail, and how many days before the end there is a warning."""

    days: tuple[int, ...] = (3, 7, 14)
    quiet: Quiet | None = Quiet(20, 8)
    warning_days: int = 3


@dataclass(frozen=True)
class Choice:
    """What a partner or an invitation has of its own; None is left open."""

    days: Sequence[int] | None = None
    quiet: str | None = None
    warning_days: int | None = None


@dataclass(frozen=True)
class Moment:
    """`n` names it among its kind: days after the invitation, or before the end."""

    at: datetime
    kind: Kind
    n: int


def days(text: str) -> tuple[int, ...]:
    """`3,7,14`, or `off`."""
    found = () if text.strip() == OFF else tuple(_whole(part) for part in text.split(","))
    return checked_days(found)


def spelled(found: Sequence[int]) -> str:
    return ",".join(map(str, found)) or OFF


def checked_days(found: Sequence[int]) -> tuple[int, ...]:
    wanted = tuple(sorted(set(found)))
    if len(wanted) > MOST or any(not 1 <= day <= LONGEST for day in wanted):
        raise ValueError(f"must be at most {MOST} days, each from 1 to {LONGEST}, such as 3,7,14; or {OFF}")
    return wanted


def quiet_hours(text: str) -> Quiet | None:
    """`20-8`, or `off`."""
    if text.strip() == OFF:
        return None
    begins, _, ends = text.partition("-")
    found = Quiet(_whole(begins), _whole(ends))
    if not max(found.begins, found.ends) <= 23 or found.begins == found.ends:
        raise ValueError(f"must be two full hours of the day such as 20-8, or {OFF}")
    return found


def _whole(text: str) -> int:
    if not re.fullmatch(r"\s*[0-9]{1,3}\s*", text, re.ASCII):
        raise ValueError(f"must be whole numbers such as 3,7,14 or 20-8, or {OFF}")
    return int(text)


def cascade(installation: Policy, *choices: Choice) -> Policy:
    """From the outermost to the innermost; what one leaves open falls to the one around it."""
    found = installation
    for choice in choices:
        found = Policy(
            found.days if choice.days is None else tuple(choice.days),
            found.quiet if choice.quiet is None else quiet_hours(choice.quiet),
            found.warning_days if choice.warning_days is None else choice.warning_days,
        )
    return found


def plan(policy: Policy, since: datetime, expires_at: datetime) -> tuple[Moment, ...]:
    """Every moment between the invitation and its end, in order; of two at once the warning is the later one."""
    reminders = [Moment(since + day * DAY, Kind.REMINDER, day) for day in policy.days]
    warning = Moment(expires_at - policy.warning_days * DAY, Kind.EXPIRY_WARNING, policy.warning_days)
    found = [*reminders, *([warning] if policy.warning_days else [])]
    inside = [moment for moment in found if since < moment.at < expires_at]
    return tuple(sorted(inside, key=lambda moment: (moment.at, moment.kind is Kind.EXPIRY_WARNING)))


def due(moments: Sequence[Moment], after: datetime, now: datetime) -> Moment | None:
    """What to say of all that fell due since `after`: the latest of them, or the warning if it is among them."""
    missed = [moment for moment in moments if after < moment.at <= now]
    return max(missed, key=lambda moment: (moment.kind is Kind.EXPIRY_WARNING, moment.at), default=None)


def following(moments: Sequence[Moment], after: datetime) -> Moment | None:
    return next((moment for moment in moments if moment.at > after), None)


def allowed(at: datetime, quiet: Quiet | None, zones: Sequence[tzinfo]) -> datetime:
    """The first moment from `at` on that is quiet in none of the zones; if there is none, in the first of them."""
    if quiet is None or not zones:
        return at
    found = _allowed(at, quiet, zones) or _allowed(at, quiet, zones[:1])
    return found or at


def _allowed(at: datetime, quiet: Quiet, zones: Sequence[tzinfo]) -> datetime | None:
    found = at
    while found < at + 2 * DAY:
        asleep = [local for local in map(found.astimezone, zones) if quiet.at(local)]
        if not asleep:
            return found
        found = max(quiet.end(local) for local in asleep)
    return None
