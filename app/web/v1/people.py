"""People in bodies and answers: contacts as the vendor spells them, and who stands behind a service account."""

import re
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from app.core.act import Act
from app.core.contact import Contact
from app.web.v1.shape import Answer, Email, Line, Phone, Shape

NAMED = re.compile(r"([^<>]+) <([^<>]+)>")


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
    first_name: str
    last_name: str
    email: str
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
                {"type": "string", "pattern": "^[A-Za-z][A-Za-z ]{0,60} <[a-z]{1,20}@[a-z]{1,20}\\.example>$"},
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
