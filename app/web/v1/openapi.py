"""The API's description in OpenAPI 3.1, made of what the routes themselves declare."""

import inspect
from copy import deepcopy
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from app.core.languages import Language
from app.core.names import Kind
from app.web.v1 import descriptions, meanings, once
from app.web.v1.paging import TOKEN, Paged
from app.web.v1.profiles import Domain
from app.web.v1.routes import PARAMETER, ROUTES, Route
from app.web.v1.shape import Shape

REF = "#/components/schemas/{model}"
Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
KEY: Schema = {"type": "string", "maxLength": once.LONGEST, "pattern": "^[ -~]*$"}
KEYS = dict.fromkeys(once.KEYS, KEY)

# Parameters of paths that stand for one of a few words.
CLOSED = {"mailKind": [kind.value for kind in Kind], "language": [language.value for language in Language]}


def document(base_url: str) -> dict[str, Any]:
    models, schemas = _schemas()
    paths: dict[str, Any] = {}
    for route in sorted(ROUTES, key=lambda one: one.address):
        paths.setdefault(route.address, {})[route.method.lower()] = _operation(route, models)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Assent", "version": "1", "description": descriptions.ABOUT},
        "servers": [{"url": base_url}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas | {"Problem": _problem()},
            "securitySchemes": {"bearer": descriptions.BEARER},
            "headers": descriptions.HEADERS,
        },
    }


def _schemas() -> tuple[dict[type[BaseModel], Schema], dict[str, Schema]]:
    """Every shape there is, and where each of them stands in the document."""
    used = {shape: None for route in ROUTES for shape in (*route.takes, *route.gives)}
    found, rest = models_json_schema([(shape, "validation") for shape in used], ref_template=REF)
    schemas: dict[str, Schema] = rest.get("$defs", {})
    for name, schema in schemas.items():
        schema.pop("title", None)
        if "additionalProperties" not in schema:
            _forgiving(schema)
        meanings.explain(name.rpartition("__")[2], schema)
    return {shape: found[shape, "validation"] for shape in used}, schemas


def _problem() -> Schema:
    found = deepcopy(descriptions.PROBLEM)
    meanings.explain("Problem", found)
    return found


def _forgiving(schema: Schema) -> None:
    """What a request may leave out may also be null or "", as some clients send it."""
    for name, member in schema.get("properties", {}).items():
        member.pop("title", None)
        if name not in schema.get("required", ()):
            member.pop("default", None) if member.get("default", 0) is None else None
            choices = member.pop("anyOf", None) or [{key: member.pop(key) for key in list(member) if key != "default"}]
            kept = [choice for choice in choices if choice != {"type": "null"}]
            member["anyOf"] = [*kept, {"type": "null"}, {"const": ""}]


def _operation(route: Route, models: dict[type[BaseModel], Schema]) -> dict[str, Any]:
    summary, _, more = inspect.cleandoc(route.view.__doc__ or "").partition("\n\n")
    found: dict[str, Any] = {
        "operationId": route.endpoint,
        "summary": summary.rstrip("."),
        "description": more,
        "tags": [descriptions.tag(route.path)],
        "parameters": _parameters(route),
        "responses": _responses(route, models),
    }
    if route.takes:
        found["requestBody"] = {"required": not route.optional, "content": _content(route, models)}
    if route.needs:
        found["x-permission"] = [str(action) for action in route.needs]
    else:
        found["security"] = []
    return found


def _content(route: Route, models: dict[type[BaseModel], Schema]) -> dict[str, Any]:
    shapes = [models[shape] for shape in route.takes]
    json = {"schema": shapes[0] if len(shapes) == 1 else {"anyOf": shapes}}
    if not route.form:
        return {"application/json": json}
    files = {"type": "array", "items": {"type": "string", "format": "binary"}}
    form = {"type": "object", "required": [route.form], "properties": {route.form: shapes[0], "files": files}}
    return {"application/json": json, "multipart/form-data": {"schema": form}}


def _parameters(route: Route) -> list[dict[str, Any]]:
    found = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": meanings.of("", name),
            "schema": _path_schema(name),
        }
        for name in PARAMETER.findall(route.path)
    ]
    if route.asks:
        found += _query(route.asks)
    names = []
    if route.writes and route.needs:
        names += ["MS-RequestId", "Idempotency-Key"]
    if route.one:
        names += ["If-None-Match"]
    if route.asks and issubclass(route.asks, Paged):
        names += [TOKEN]
    texts = descriptions.PARAMETERS
    forms = {name: KEYS.get(name, TEXT) for name in names}
    return found + [
        {"name": name, "in": "header", "description": texts[name], "schema": form} for name, form in forms.items()
    ]


def _path_schema(name: str) -> Schema:
    if name == "domain":
        return TypeAdapter(Domain).json_schema()
    if name in CLOSED:
        return {"type": "string", "enum": CLOSED[name]}
    return {"type": "string", "format": "uuid"} if name.endswith("Id") else {"type": "string", "minLength": 1}


def _query(shape: type[Shape]) -> list[dict[str, Any]]:
    schema = shape.model_json_schema(ref_template=REF)
    meanings.explain(shape.__name__, schema)
    found = []
    for name, member in schema["properties"].items():
        choices = [choice for choice in member.pop("anyOf", [member]) if choice != {"type": "null"}]
        required = name in schema.get("required", ())
        about = {"name": name, "in": "query", "required": required, "schema": _inlined(choices[0], schema)}
        found.append(about | ({"description": member["description"]} if "description" in member else {}))
    return found


def _inlined(member: Schema, whole: Schema) -> Schema:
    """A query's member without references: pages of a document show it where it is asked for."""
    name = member.get("$ref", "").rpartition("/")[2]
    plain = whole["$defs"][name] if name else member
    return {key: value for key, value in plain.items() if key not in ("title", "default", "description", "$ref")}


def _responses(route: Route, models: dict[type[BaseModel], Schema]) -> dict[str, Any]:
    headers = _headers(descriptions.headers_of(route))
    good = {"description": descriptions.GOOD[route.status], "headers": headers, "content": _answers(route, models)}
    found: dict[str, Any] = {str(route.status): good}
    if route.one:
        found["304"] = {"description": "What the caller has is what there is.", "headers": headers}
    kind = "application/json" if route.vendors else "application/problem+json"
    problem = {kind: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, words in descriptions.problems_of(route).items():
        content = {} if route.method == "HEAD" else problem
        headers = _headers(descriptions.headers_of_problem(status))
        found[str(status)] = {"description": words, "headers": headers, "content": content}
    return found


def _headers(names: list[str]) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _answers(route: Route, models: dict[type[BaseModel], Schema]) -> Schema:
    """What is answered where all is well, by its media type; whatever is no JSON is not described further."""
    if route.status == 204 or route.method == "HEAD":
        return {}
    shapes = [models[shape] for shape in route.gives] or [{}]
    found: Schema = {route.media: {"schema": shapes[0] if len(shapes) == 1 else {"anyOf": shapes}}}
    return found | ({route.other: {}} if route.other else {})
