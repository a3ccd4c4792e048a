"""Where a page of a list ends and the next one begins, as an address carries it: what the list is in the order of."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

T = TypeVar("T", date, datetime)
BETWEEN = "~"


def spelled(*parts: str | date | UUID) -> str:
    return BETWEEN.join(part.isoformat() if isinstance(part, date) else str(part) for part in parts)


def parts(text: str | None, *kinds: Callable[[str], Any]) -> tuple[Any, ...] | None:
    """None for what no page ever said: the list begins at its beginning then."""
    found = (text or "").split(BETWEEN)
    if len(found) != len(kinds) or not all(part.isprintable() for part in found):
        return None
    try:
        return tuple(kind(part) for kind, part in zip(kinds, found, strict=True))
    except (ValueError, OverflowError):
        return None


def read(text: str | None, when: Callable[[str], T]) -> tuple[T, UUID] | None:
    """A time or a day, and the id of what it is of."""
    found = parts(text, when, UUID)
    return (found[0], found[1]) if found else None


def moment(text: str) -> datetime:
    """A time with its zone, and within what a calendar holds: somebody may have written it by hand."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at.astimezone(UTC)
