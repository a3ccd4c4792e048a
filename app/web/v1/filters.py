"""The vendor's `filter`: a JSON object in the query string that names a field, an operator and a text."""

from pydantic import TypeAdapter, WithJsonSchema

from app.core.parsing import parsed
from app.core.refusals import Reason, Refused, refuse_if
from app.web.v1.bodies import read
from app.web.v1.shape import Line, Shape

STARTS_WITH = "starts_with"


def described(*fields: str) -> WithJsonSchema:
    """The filter as the document shows it: a text that holds JSON of this form."""
    value = TypeAdapter(Line).json_schema()
    members = {"Field": {"enum": [*fields]}, "Value": value, "Operator": {"const": STARTS_WITH}}
    inner = {"type": "object", "required": [*members], "properties": members}
    return WithJsonSchema({"type": "string", "contentMediaType": "application/json", "contentSchema": inner})


class _Filter(Shape):
    field: Line
    value: Line
    operator: Line


def starting(text: str | None, *fields: str) -> tuple[str, str] | None:
    """The field, spelled as in `fields`, and what its value is to begin with; in whatever case it was asked."""
    if text is None:
        return None
    value = parsed(text)
    refuse_if(not isinstance(value, dict), Reason.INVALID_VALUE, field="filter (a JSON object)")
    found = read(_Filter, value)
    field = next((name for name in fields if name.lower() == found.field.lower()), None)
    if field is None:
        raise Refused(Reason.INVALID_VALUE, field=f"filter.field ({', '.join(fields)})")
    operator = found.operator.replace("_", "").lower()
    refuse_if(operator != STARTS_WITH.replace("_", ""), Reason.INVALID_VALUE, field=f"filter.operator ({STARTS_WITH})")
    return field, found.value
