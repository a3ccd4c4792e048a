"""Where a page of a list ends and the next one begins, as an address carries it: a time or a day, and an id."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TypeVar
from uuid import UUID

T = TypeVar("T", date, datetime)


def spelled(at: date | datetime, id: UUID) -> str:
    return f"{at.isoformat()}~{id}"


def read(text: str | None, when: Callable[[str], T]) -> tuple[T, UUID] | None:
    """None for what no page ever said: the list begins at its beginning then."""
    at, _, id = (text or "").partition("~")
    try:
        return when(at), UUID(id)
    except (ValueError, OverflowError):
        return None


def moment(text: str) -> datetime:
    """A time with its zone, and within what a calendar holds: somebody may have written it by hand."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at.astimezone(UTC)
