"""Where people are: time zones by their names, and those of a country."""

import re
from collections.abc import Mapping
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NAME = re.compile(r"UTC|(?!posix/|right/)[A-Z][A-Za-z_-]{1,30}(/[A-Z][A-Za-z0-9_+-]{0,30}){1,2}", re.ASCII)


@cache
def zone(name: str) -> ZoneInfo | None:
    """The zone of that name, if there is one; no other text ever becomes a path."""
    if not NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@cache
def zones(country: str) -> tuple[ZoneInfo, ...]:
    """The zones of a country in two capitals, UTC where none is known."""
    found = [zone(name) for name in _countries().get(country, ())]
    return tuple(one for one in found if one) or (ZoneInfo("UTC"),)


@cache
def _countries() -> Mapping[str, list[str]]:
    # Imported here: whoever sends no mail need not wait for it.
    from babel.core import get_global

    found: dict[str, list[str]] = {}
    for name, country in get_global("zone_territories").items():
        found.setdefault(country, []).append(name)
    return found
