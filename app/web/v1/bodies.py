"""JSON bodies as programs send them: member names in any case, unknown members ignored, garbage refused by word."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import request

from app.core import contact as text
from app.core.act import Act
from app.core.contact import Contact
from app.core.refusals import Reason, Refused, refuse_if

MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:]{5,8}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})?)?", re.ASCII)


@dataclass(frozen=True)
class Body:
    """One JSON object; `path` is where it stands, for the answer that names a wrong member."""

    members: Mapping[str, Any]
    path: str = ""

    def raw(self, name: str) -> Any:
        return self.members.get(name.lower())

    def text(self, name: str, *, required: bool = False) -> str | None:
        value = self.raw(name)
        refuse_if(value is not None and not isinstance(value, str), Reason.INVALID_VALUE, field=self.path + name)
        return text.line(value, self.path + name, required=required) or None

    def part(self, name: str, *, required: bool = False) -> "Body | None":
        value = self.raw(name)
        if value is None and not required:
            return None
        refuse_if(value is None, Reason.MISSING_FIELD, field=self.path + name)
        refuse_if(not isinstance(value, dict), Reason.INVALID_VALUE, field=self.path + name)
        return Body(_lowered(value), f"{self.path}{name}.")

    def parts(self, name: str, most: int) -> list["Body"]:
        value = self.raw(name)
        refuse_if(value is None, Reason.MISSING_FIELD, field=self.path + name)
        fits = isinstance(value, list) and len(value) <= most and all(isinstance(one, dict) for one in value)
        refuse_if(not fits, Reason.INVALID_VALUE, field=f"{self.path}{name} (a list of at most {most} objects)")
        return [Body(_lowered(one), f"{self.path}{name}.") for one in value]

    def uuid(self, name: str) -> UUID:
        value = self.text(name, required=True)
        found = text.uuid(value)
        if found is None:
            raise Refused(Reason.INVALID_VALUE, field=self.path + name)
        return found

    def moment(self, name: str) -> datetime | None:
        value = self.text(name)
        return moment(value, self.path + name) if value else None

    def time(self, name: str) -> datetime:
        return moment(self.text(name, required=True) or "", self.path + name)

    def flag(self, name: str) -> bool:
        value = self.raw(name)
        refuse_if(value is not None and not isinstance(value, bool), Reason.INVALID_VALUE, field=self.path + name)
        return bool(value)


def moment(value: str, name: str) -> datetime:
    """A time as vendors write it: without a zone it is UTC, a bare day begins at 00:00Z."""
    try:
        if not MOMENT.fullmatch(value):
            raise ValueError
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refused(Reason.INVALID_VALUE, field=f"{name} (a time such as 2026-11-20T09:30:00Z)") from error


def _lowered(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name.lower(): member for name, member in value.items()}


def _plain(token: str) -> None:
    raise ValueError(token)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A member that is named twice, in whatever case, says two things: neither is taken."""
    if len({name.lower() for name, _ in pairs}) < len(pairs):
        raise ValueError("a member is named twice")
    return dict(pairs)


def body(text: str | None = None) -> Body:
    """The request's JSON object, or that of a form field."""
    try:
        given = request.get_data(cache=True) if text is None else text
        value = json.loads(given, parse_constant=_plain, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Refused(Reason.UNPARSABLE_BODY) from error
    refuse_if(not isinstance(value, dict), Reason.UNPARSABLE_BODY)
    return Body(_lowered(value))


def person(found: Body | None, name: str) -> Contact:
    """A contact as the vendor spells it."""
    if found is None:
        raise Refused(Reason.MISSING_FIELD, field=name)
    names = [found.text(member) for member in ("firstName", "lastName", "email", "phoneNumber")]
    return Contact.parse(*names)


def true_employee(found: Body, act: Act) -> str | None:
    """`onBehalfOf`: the person behind a service account, as an object or as `Name <mail>`."""
    if isinstance(found.raw("onBehalfOf"), str):
        value = found.text("onBehalfOf") or ""
        named = re.fullmatch(r"([^<>]+) <([^<>]+)>", value)
        name, address = named.groups() if named else (None, value)
    else:
        part = found.part("onBehalfOf")
        if part is None:
            return act.on_behalf_of
        name, address = part.text("name"), part.text("email") or ""
    return f"{text.line(name, 'onBehalfOf.name')} <{text.email(address, 'onBehalfOf.email')}>"
