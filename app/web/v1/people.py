"""People in bodies and answers: contacts as the vendor spells them, and who stands behind a service account."""

import re
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from app.core.act import Act
from app.core.contact import Contact
from app.web.v1.shape import UNSOUND, Answer, Email, Line, Phone, Shape

NAMED = re.compile(r"([^<>]+) <([^<>]+)>")
# As much of it as a pattern can say that is never refused.
NAME = rf"[^<>{UNSOUND}]{{0,60}}[^\s<>{UNSOUND}][^<>{UNSOUND}]{{0,60}}"
LOCAL = r"[A-Za-z0-9_+-]{1,20}(\.[A-Za-z0-9_+-]{1,20}){0,2}"
HOST = r"([a-z0-9]{1,20}(-[a-z0-9]{1,20}){0,2}\.){1,3}[a-z]{2,20}"
SPELLED = rf"^{NAME} <{LOCAL}@{HOST}>$"


class Person(Shape):
    """The person at the customer."""

    first_name: Line
    last_name: Line
    email: Email
    phone_number: Phone | None = None

    @property
    def contact(self) -> Contact:
        return Contact(self.first_name, self.last_name, self.email, self.phone_number)


class PersonShown(Answer):
    """The person who agreed; of somebody who was erased, nothing."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone_number: str | None = None


class Employee(Shape):
    """The true employee behind a service account."""

    name: Line
    email: Email


def _spelled_out(value: Any) -> Any:
    named = NAMED.fullmatch(value) if isinstance(value, str) else None
    return {"name": named[1], "email": named[2]} if named else {"email": value} if isinstance(value, str) else value


Behind = Annotated[
    Employee,
    BeforeValidator(_spelled_out),
    WithJsonSchema(
        {
            "description": "The true employee, as an object or as `Name <mail>`.",
            "anyOf": [
                {"type": "string", "pattern": SPELLED, "examples": ["Ana Lind <ana@fabrikam.example>"]},
                Employee.model_json_schema(),
            ],
        }
    ),
]


class Signed(Shape):
    """A body that may say for whom a service account acts."""

    on_behalf_of: Behind | None = None

    def acting(self, act: Act) -> Act:
        behind = self.on_behalf_of
        return replace(act, on_behalf_of=f"{behind.name} <{behind.email}>") if behind else act
