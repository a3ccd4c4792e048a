"""Pages of a list: a size, and the vendor's continuation token that goes on after the last row; never an offset."""

import base64
import binascii
import json
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

from flask import request

from app.core.refusals import Reason, Refused
from app.web.v1.shape import Answer, Number, Shape

USUAL, MOST = 50, 500
TOKEN = "MS-ContinuationToken"  # noqa: S105  a header's name, not a secret


class Paged(Shape):
    """The query of a list. Size 0 asks for as much as there may be."""

    size: Annotated[int, Number(0)] = USUAL
    seek_operation: str | None = None

    @property
    def most(self) -> int:
        return min(self.size or MOST, MOST)


class Header(Answer):
    key: str
    value: str


class Link(Answer):
    uri: str
    method: str
    headers: list[Header]


class Links(Answer):
    self: Link
    next: Link | None = None


def after() -> list[str] | None:
    """Where the page before ended, as `collection` wrote it down; None on the first page."""
    token = request.headers.get(TOKEN)
    if not token:
        return None
    try:
        key = json.loads(base64.b64decode(token.encode(), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise Refused(Reason.INVALID_VALUE, field=TOKEN) from error
    if not isinstance(key, list) or not all(isinstance(part, str) for part in key):
        raise Refused(Reason.INVALID_VALUE, field=TOKEN)
    return key


def resumed(*kinds: Callable[[str], Any]) -> tuple[Any, ...] | None:
    """The same, each part read as what it is."""
    key = after()
    try:
        return tuple(kind(part) for kind, part in zip(kinds, key, strict=True)) if key is not None else None
    except (ValueError, OverflowError) as error:
        raise Refused(Reason.INVALID_VALUE, field=TOKEN) from error


def _token(key: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def link(uri: str, method: str = "GET", headers: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "uri": uri,
        "method": method,
        "headers": [{"key": key, "value": value} for key, value in (headers or {}).items()],
    }


def collection(items: list[dict[str, Any]], last: list[str] | None = None) -> dict[str, Any]:
    """A page as the vendor shapes it; `last` is the key of its last row where there are more after it."""
    path, asked = request.path.removeprefix("/v1"), request.args.to_dict()
    links = {"self": link(f"{path}?{urlencode(asked)}" if asked else path)}
    if last is not None:
        following = {**asked, "size": asked.get("size", str(USUAL)), "seekOperation": "Next"}
        links["next"] = link(f"{path}?{urlencode(following)}", headers={TOKEN: _token(last)})
    return {
        "totalCount": len(items),
        "items": items,
        "links": links,
        "attributes": {"objectType": "Collection"},
    }
