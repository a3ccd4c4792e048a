"""JSON as others send it: plain values, and every member once; whatever else is refused by one word."""

import json
import re
from typing import Any

from app.core.refusals import Reason, Refused


def parsed(text: bytes | str) -> Any:
    try:
        return json.loads(text, parse_constant=_plain, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Refused(Reason.UNPARSABLE_BODY) from error


def object_of(text: bytes | str) -> dict[str, Any]:
    found = parsed(text)
    if not isinstance(found, dict):
        raise Refused(Reason.UNPARSABLE_BODY)
    return found


def _plain(token: str) -> None:
    raise ValueError(token)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A member that is named twice, in whatever case, says two things: neither is taken."""
    if len({name.lower() for name, _ in pairs}) < len(pairs):
        raise ValueError("a member is named twice")
    return dict(pairs)


def snake(name: str) -> str:
    """A member's name as our own code and our forms spell it."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
