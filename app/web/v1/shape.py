"""What requests and answers look like: pydantic reads and describes them, our own rules say which text is sound.

A member of a closed vocabulary is annotated with its StrEnum, an id with `Id`, a switch with `Flag`, a number in a body
with `Annotated[int, whole(1, 365)]`, one in a query string with `Annotated[int, Number(0)]`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import core_schema

from app.core import contact as text
from app.core.evidence import moment
from app.core.refusals import Reason, Refused
from app.core.vocabulary import AgreementType

MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:]{5,8}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})?)?", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
GUID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
# What `text.line` takes: no controls, no breaks of line or paragraph, no turns of direction, and something to read.
# Spelled for every dialect of patterns: without a look ahead, and without surrogates, which no UTF-8 has.
UNSOUND = r"\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069"
READABLE = rf"^[^{UNSOUND}]*[^\s{UNSOUND}][^{UNSOUND}]*$"


QUERY = "query"


class Shape(BaseModel):
    """A request's body or query: members in any case, unknown ones ignored; in a body null and "" are as absent."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _in_any_case(cls, given: Any, info: ValidationInfo) -> Any:
        if not isinstance(given, dict):
            return given
        absent = () if info.context == QUERY else (None, "")
        names = {str(member.alias).lower(): str(member.alias) for member in cls.model_fields.values()}
        return {names.get(name.lower(), name): value for name, value in given.items() if value not in absent}


class Answer(BaseModel):
    """What a program gets back. Views answer plain dicts; the document shows this, and tests hold the two together."""

    model_config = ConfigDict(alias_generator=to_camel, extra="allow", populate_by_name=True)


class Bad(ValueError):
    """A rule's refusal inside a body; the member's place is known where the body is read."""

    def __init__(self, reason: Reason, **data: object) -> None:
        super().__init__(reason.value)
        self.reason, self.data = reason, data


def checked(rule: Callable[..., Any], *more: Any, **options: Any) -> AfterValidator:
    """One of our rules as a validator: what it refuses is told with the member's place."""

    def check(value: Any) -> Any:
        try:
            return rule(value, *more, **options)
        except Refused as refused:
            raise Bad(refused.reason, **refused.data) from refused

    return AfterValidator(check)


def _read(form: re.Pattern[str], read: Callable[[str], Any], says: str) -> BeforeValidator:
    """A value that travels as text of a form."""

    def before(value: Any) -> Any:
        try:
            if not isinstance(value, str) or not form.fullmatch(value):
                raise ValueError(value)
            return read(value)
        except (ValueError, OverflowError) as error:
            raise Bad(Reason.INVALID_VALUE, says=says) from error

    return BeforeValidator(before)


def line(limit: int = text.LINE_LIMIT) -> tuple[AfterValidator, WithJsonSchema]:
    """One line of human text: `Annotated[str, *line(50)]`."""
    form = {"type": "string", "minLength": 1, "maxLength": limit, "pattern": READABLE}
    return checked(text.line, "", limit=limit), WithJsonSchema(form)


@dataclass(frozen=True)
class Number:
    """A whole number in a query string."""

    low: int
    high: int | None = None
    DIGITS = 9

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self._read)

    def _read(self, value: Any) -> int:
        found = self._number(value)
        if found is None or found < self.low or (self.high is not None and found > self.high):
            span = f"a whole number from {self.low}" + (f" to {self.high}" if self.high is not None else "")
            raise Bad(Reason.INVALID_VALUE, says=span)
        return found

    def _number(self, value: Any) -> int | None:
        sound = isinstance(value, str) and re.fullmatch(rf"-?[0-9]{{1,{self.DIGITS}}}", value, re.ASCII)
        return int(value) if sound else None

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        highest = 10**self.DIGITS - 1 if self.high is None else self.high
        return {"type": "integer", "minimum": self.low, "maximum": highest}


class whole(Number):
    """A number in a body, and nothing that merely looks like one; 7.0 is 7, as JSON has it."""

    def _number(self, value: Any) -> int | None:
        number = not isinstance(value, bool) and (
            isinstance(value, int) or (isinstance(value, float) and value % 1 == 0)
        )
        return int(value) if number else None


Id = Annotated[UUID, _read(GUID, UUID, "a GUID"), WithJsonSchema({"type": "string", "format": "uuid"})]
Moment = Annotated[
    datetime,
    _read(MOMENT, moment, "a time such as 2026-11-20T09:30:00Z"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Day = Annotated[
    date,
    _read(DAY, date.fromisoformat, "a day such as 2026-11-20"),
    WithJsonSchema({"type": "string", "format": "date"}),
]
Line = Annotated[str, *line()]
Text = Annotated[str, *line(1000)]
Email = Annotated[
    str,
    checked(text.email),
    WithJsonSchema({"type": "string", "format": "idn-email", "minLength": 6, "maxLength": 254}),
]
Phone = Annotated[
    str, checked(text.phone), WithJsonSchema({"type": "string", "maxLength": 40, "pattern": rf"^{text.PHONE.pattern}$"})
]
Language = Annotated[
    str,
    checked(text.language),
    WithJsonSchema({"type": "string", "maxLength": 35, "pattern": rf"^{text.LANGUAGE.pattern}$"}),
]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
Flag = StrictBool
# A switch in a query string.
Switch = Annotated[
    bool,
    _read(re.compile("true|false", re.IGNORECASE), lambda value: value.lower() == "true", "true or false"),
    WithJsonSchema({"type": "boolean"}),
]


def _agreement_type(value: Any) -> Any:
    if value not in list(AgreementType):
        raise Bad(Reason.UNKNOWN_AGREEMENT_TYPE, type=value)
    return value


Kind = Annotated[AgreementType, BeforeValidator(_agreement_type)]
