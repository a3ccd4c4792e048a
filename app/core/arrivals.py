"""What a webhook that we receive tells, read with care: whoever sends it may send anything."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from app.core import contact as text
from app.core.evidence import moment
from app.core.refusals import Reason, Refused, refuse_if

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:]{5,8}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})?)?", re.ASCII)
# Where the vendor's notifications say whom they are about: a path, or all of an address.
CUSTOMER = re.compile(rf"(https?://[^/?#]+)?/v1/customers/(?P<id>{GUID.pattern})/?", re.ASCII | re.IGNORECASE)
# Our own mails are called after the row that owed them.
MAIL = re.compile(rf"<?(?P<id>{GUID.pattern})@[^<>@\s]+>?", re.ASCII | re.IGNORECASE)
KEY_LIMIT, EVENT_LIMIT, URI_LIMIT, MAIL_LIMIT = 255, 200, 2000, 320
EXACT = 2**53  # what every reader of JSON takes for the same whole number


@dataclass(frozen=True)
class Told:
    """The facts of one webhook: members in any case, null and "" as good as absent."""

    members: Mapping[str, object]

    @classmethod
    def of(cls, body: object) -> "Told":
        found = body if isinstance(body, dict) else {}
        return cls({str(name).lower(): value for name, value in found.items() if value not in (None, "")})

    def text(self, name: str, limit: int = text.LINE_LIMIT) -> str | None:
        """One sound line."""
        value = self.members.get(name.lower())
        refuse_if(not isinstance(value, str | None), Reason.INVALID_VALUE, field=name)
        return text.line(str(value), name, required=False, limit=limit) or None if value else None

    def label(self, name: str) -> str | None:
        """What others call something, which may be a number."""
        value = self.members.get(name.lower())
        return str(value) if type(value) is int and abs(value) < EXACT else self.text(name)

    def id(self, name: str) -> UUID | None:
        value = self.text(name)
        refuse_if(bool(value and not GUID.fullmatch(value)), Reason.INVALID_ID, field=name)
        return UUID(value) if value else None

    def email(self, name: str) -> str | None:
        value = self.text(name)
        return text.email(value, name) if value else None

    def word(self, name: str, words: type[E], default: E) -> E:
        """A word of a closed vocabulary."""
        value = self.text(name)
        refuse_if(bool(value and value not in list(words)), Reason.INVALID_VALUE, field=name)
        return words(value) if value else default

    def flag(self, name: str, default: bool) -> bool:
        value = self.members.get(name.lower(), default)
        refuse_if(not isinstance(value, bool), Reason.INVALID_VALUE, field=name)
        return bool(value)

    def number(self, name: str) -> int | None:
        value = self.members.get(name.lower())
        refuse_if(value is not None and type(value) is not int, Reason.INVALID_VALUE, field=name)
        return value if isinstance(value, int) else None

    def moment(self, name: str) -> datetime | None:
        """A time: without a zone it is UTC, a bare day begins at 00:00Z."""
        value = self.text(name)
        refuse_if(bool(value and not MOMENT.fullmatch(value)), Reason.INVALID_VALUE, field=name)
        try:
            return moment(value) if value else None
        except (ValueError, OverflowError) as error:
            raise Refused(Reason.INVALID_VALUE, field=name) from error

    def customer(self, name: str) -> UUID | None:
        """The customer whose resource it is."""
        return self._within(CUSTOMER, name, URI_LIMIT)

    def mail(self, name: str) -> UUID | None:
        """The row a mail of ours is called after."""
        return self._within(MAIL, name, MAIL_LIMIT)

    def _within(self, form: re.Pattern[str], name: str, limit: int) -> UUID | None:
        value = self.text(name, limit)
        found = form.fullmatch(value) if value else None
        refuse_if(bool(value and not found), Reason.INVALID_VALUE, field=name)
        return UUID(found["id"]) if found else None


def given(value: T | None, name: str) -> T:
    if value is None:
        raise Refused(Reason.MISSING_FIELD, field=name)
    return value


def key_of(key: str) -> str:
    """The sender's id of an event as it can be stored; an odd one goes by its digest."""
    sound = len(key) <= KEY_LIMIT and key.isprintable()
    return key if sound else hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def name_of(event: object) -> str:
    """An event's name as it can be stored and listed."""
    name = event if isinstance(event, str) else ""
    return "".join(char if char.isprintable() else " " for char in name[:EVENT_LIMIT])
