"""The schemas of the API's description put in words: members with their types, as a page shows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

FORMATS = {"uuid": "GUID", "date-time": "time", "date": "day", "email": "mail address", "uri": "address"}
TYPES = {"boolean": "true or false", "object": "object", "integer": "number", "array": "list", "null": "null"}
EMPTY: tuple[Schema, ...] = ({"type": "null"}, {"const": ""})


@dataclass(frozen=True)
class Member:
    """`shape` is what the type is described as elsewhere; `words` are the only values there are."""

    name: str
    type: str
    meaning: str
    required: bool = False
    nullable: bool = False
    shape: str | None = None
    words: tuple[str, ...] = ()
    default: str | None = None


class Reader:
    """Reads the schemas of one document."""

    def __init__(self, schemas: dict[str, Schema]) -> None:
        self.schemas = schemas

    def members(self, schema: Schema) -> list[Member]:
        """The members of an object; what stands in them is named, and described elsewhere."""
        return [self.member(*found) for found in self._properties(schema)]

    def spread(self, schema: Schema, before: str = "") -> Iterator[Member]:
        """The members with those of the objects in them, as `billingProfile.email` and `lineItems[].offerId`."""
        for name, inner, required in self._properties(schema):
            found = self.member(before + name, inner, required)
            yield found
            if found.shape:
                many = "[]" if found.type == "list of" else ""
                yield from self.spread(self.schemas[found.shape], f"{before}{name}{many}.")

    def member(self, name: str, schema: Schema, required: bool) -> Member:
        choices = [one for one in schema.get("anyOf", [schema]) if one not in EMPTY]
        default = schema.get("default")
        first = choices[0]
        return Member(
            name,
            " or ".join(dict.fromkeys(self._type(one) for one in choices)),
            schema.get("description", ""),
            required,
            {"type": "null"} in schema.get("anyOf", ()),
            self._shape(first),
            tuple(self._resolved(first.get("items", first)).get("enum", ())),
            None if default is None else str(default).lower() if isinstance(default, bool) else str(default),
        )

    def nested(self, schema: Schema) -> Iterator[str]:
        """The names of the shapes that a schema leads to, at whatever depth."""
        for member in self.members(schema):
            if member.shape:
                yield member.shape
                yield from self.nested(self.schemas[member.shape])

    def _properties(self, schema: Schema) -> Iterator[tuple[str, Schema, bool]]:
        whole = self._resolved(schema)
        for name, inner in whole.get("properties", {}).items():
            yield name, inner, name in whole.get("required", ())

    def _resolved(self, schema: Schema) -> Schema:
        return self.schemas[name_of(schema)] if "$ref" in schema else schema

    def _shape(self, schema: Schema) -> str | None:
        inner = schema.get("items", schema)
        return name_of(inner) if "$ref" in inner and "properties" in self._resolved(inner) else None

    def _type(self, schema: Schema) -> str:
        if "items" in schema:
            return "list of" if self._shape(schema) else f"list of {self._type(schema['items'])}"
        if self._shape(schema):
            return ""
        plain = self._resolved(schema)
        if "enum" in plain:
            return "one of" if len(plain["enum"]) > 1 else "only"
        if "format" in plain:
            return FORMATS.get(str(plain["format"]), str(plain["format"]))
        return TYPES.get(plain.get("type", ""), "text") + _span(plain)


def _span(schema: Schema) -> str:
    if "maximum" in schema:
        return f" {schema['minimum']}–{schema['maximum']}"
    return f", at most {schema['maxLength']} characters" if "maxLength" in schema else ""


def name_of(schema: Schema) -> str:
    return str(schema["$ref"]).rpartition("/")[2]
