"""Bodies and queries as programs send them: read once, by shape; garbage is refused by word and place."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from flask import request
from pydantic import ValidationError

from app.core.parsing import object_of
from app.core.refusals import Reason, Refused
from app.web.v1.shape import QUERY, Bad, Shape

S = TypeVar("S", bound=Shape)
QUOTED = re.compile("'([^']*)'")


def body(shapes: Sequence[type[Shape]], text: bytes | str) -> Shape:
    """A JSON object in the first of the shapes, unless it has a member that only another one knows."""
    value = object_of(text)
    named = {name.lower() for name, member in value.items() if member is not None}
    known = {name.lower() for name in _members(shapes[0])}
    others = [shape for shape in shapes[1:] if ({name.lower() for name in _members(shape)} - known) & named]
    return read((others or shapes)[0], value)


def _members(shape: type[Shape]) -> Iterator[str]:
    return (str(member.alias) for member in shape.model_fields.values())


def query(shape: type[S]) -> S:
    """The query string; of a name that stands twice the last counts."""
    return read(shape, {name: values[-1] for name, values in request.args.lists()}, QUERY)


def read(shape: type[S], value: dict[str, Any], where: str | None = None) -> S:
    try:
        return shape.model_validate(value, context=where)
    except ValidationError as error:
        faults = [_refusal(fault) for fault in error.errors(include_url=False, include_input=False)]
        first = faults[0]
        places = [str(one.data["field"]) for one in faults]
        raise Refused(first.reason, **{**first.data, "data": places}) from None


def _refusal(fault: Any) -> Refused:
    """One of pydantic's faults in our words."""
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"]).lstrip(".")
    if fault["type"] in ("missing", "too_short"):
        return Refused(Reason.MISSING_FIELD, field=field)
    about = fault.get("ctx", {})
    bad = about.get("error")
    if isinstance(bad, Bad):
        reason, data, says = bad.reason, bad.data, bad.data.get("says")
    else:
        reason, data, says = Reason.INVALID_VALUE, {}, ", ".join(QUOTED.findall(about.get("expected", "")))
    return Refused(reason, **{**data, "field": f"{field} ({says})" if says else field})
