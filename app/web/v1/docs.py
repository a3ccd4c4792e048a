"""The API's description as a page for people, made of the document that programs get."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

from flask import Blueprint, render_template

from app.core.permissions import TABLE, Action
from app.core.refusals import Reason, Refused
from app.core.vocabulary import PartnerType, Role
from app.errors.answers import ANSWERS, answer
from app.errors.problems import GENERAL, WORDS
from app.installation import installation
from app.web.v1 import chapters, examples, openapi
from app.web.v1.callers import url
from app.web.v1.chapters import CHAPTERS, OTHERS, Chapter
from app.web.v1.reading import Member, Reader, Schema, name_of
from app.web.v1.routes import ROUTES, Route

bp = Blueprint("docs", __name__)
Roles = frozenset[Role]
JSON = "application/json"


@dataclass(frozen=True)
class Shown:
    """An object that is sent or answered; `name` is that of its shape."""

    name: str
    about: str
    members: list[Member]


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    paragraphs: list[str]
    permissions: list[str]
    people: bool
    parameters: list[tuple[str, Member]]
    takes: list[Shown]
    optional: bool
    form: str | None
    gives: list[Shown]
    good: list[str]
    medias: list[str]
    refusals: list[str]
    curl: str
    status: int


@bp.get("/docs", strict_slashes=False)
def show() -> str:
    """Made once for each address it is served under: the routes do not change while the process runs."""
    return _page(url(""), frozenset(installation().config.permissions.items()))


@cache
def _page(base_url: str, overrides: frozenset[tuple[str, Roles]]) -> str:
    document = openapi.document(base_url)
    reader = Reader(document["components"]["schemas"])
    found: dict[Chapter, list[Operation]] = {chapter: [] for chapter in (*CHAPTERS, OTHERS)}
    for route in ROUTES:
        described = document["paths"][route.address][route.method.lower()]
        found[chapters.of(described["tags"][0])].append(_operation(route, described, reader))
    return render_template(
        "docs/page.html",
        base_url=base_url,
        chapters=[(chapter, operations) for chapter, operations in found.items() if operations],
        shapes=_shapes(document, reader),
        errors=_errors(),
        permissions=_permissions(dict(overrides)),
        problem=reader.members(reader.schemas["Problem"]),
    )


def _operation(route: Route, described: dict[str, Any], reader: Reader) -> Operation:
    statuses, example = described["responses"], examples.of(route)
    return Operation(
        route.endpoint,
        route.method,
        route.address,
        described["summary"],
        [" ".join(part.split()) for part in described["description"].split("\n\n") if part],
        described.get("x-permission", []),
        route.people,
        [(one["in"], _parameter(one, reader)) for one in described["parameters"]],
        [_shown(schema, reader, spread=True) for schema in _alternatives(described.get("requestBody", {}))],
        route.optional,
        route.form,
        [_shown(schema, reader) for schema in _alternatives(statuses[str(route.status)])],
        [status for status in statuses if int(status) < 400],
        [media for media in statuses[str(route.status)].get("content", {}) if media != JSON],
        [status for status in statuses if int(status) >= 400],
        examples.curl(route),
        example.status or route.status,
    )


def _parameter(described: dict[str, Any], reader: Reader) -> Member:
    schema = described["schema"] | {"description": described.get("description", "")}
    return reader.member(described["name"], schema, described.get("required", False))


def _alternatives(described: dict[str, Any]) -> list[Schema]:
    """The shapes of a body of JSON: one, or any of several."""
    schema = described.get("content", {}).get(JSON, {}).get("schema", {})
    return [one for one in schema.get("anyOf", [schema]) if "$ref" in one]


def _shown(schema: Schema, reader: Reader, spread: bool = False) -> Shown:
    whole = reader.schemas[name_of(schema)]
    members = list(reader.spread(schema)) if spread else reader.members(schema)
    return Shown(name_of(schema), whole.get("description", ""), members)


def _shapes(document: dict[str, Any], reader: Reader) -> list[Shown]:
    """What answers hold, each told once."""
    operations = (operation for path in document["paths"].values() for operation in path.values())
    answers = (described for operation in operations for described in operation["responses"].values())
    names = {name for one in answers for schema in _alternatives(one) for name in reader.nested(schema)}
    return [_shown({"$ref": name}, reader) for name in sorted(names)]


def _errors() -> dict[str, list[tuple[str, int, str]]]:
    """By status: the stable word, the vendor's code, and what to do."""
    rows = [(row.status, reason.value, row.code, _remedy(reason)) for reason, row in ANSWERS.items()]
    told = {reason for _, reason, _, _ in rows}
    rows += [(status, reason, code, says) for status, (code, reason, says) in GENERAL.items() if reason not in told]
    found: dict[str, list[tuple[str, int, str]]] = {}
    for status, reason, code, says in sorted(rows, key=lambda row: row[0]):
        found.setdefault(f"{status} {HTTPStatus(status).phrase}", []).append((reason, code, says))
    return found


def _remedy(reason: Reason) -> str:
    return WORDS.get(reason) or answer(Refused(reason)).remedy


def _permissions(overrides: Mapping[str, Roles]) -> list[tuple[str, list[str], list[str], bool]]:
    """The actions that routes ask for: who may do each here, and whether the partner's own token may."""
    asked = {action for route in ROUTES for action in route.needs}
    return [
        (
            action.value,
            [type.value for type in PartnerType if type in TABLE[action].partners],
            [role.value for role in Role if role in overrides.get(action, TABLE[action].roles)],
            TABLE[action].app_only,
        )
        for action in Action
        if action in asked
    ]
