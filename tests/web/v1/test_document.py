"""The API's description of itself: valid OpenAPI 3.1, with every route in it; `conformity` holds the answers to it."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from schemathesis.specs.openapi.definitions import OPENAPI_31

from app.core.permissions import Action
from app.core.refusals import Reason
from app.errors.answers import ANSWERS
from app.web.v1.routes import ROUTES
from tests.web.v1.conformity import document
from tests.web.v1.programs import Program

REFUSALS = "application/json", "application/problem+json"


def every(node: Any, name: str) -> Iterator[Any]:
    """What stands under a name, wherever it does."""
    if isinstance(node, dict):
        yield from ([node[name]] if name in node else [])
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from every(inner, name)


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_it_is_served_to_whoever_asks_with_the_address_of_this_installation(app: Flask) -> None:
    found = Program(app).get("/v1/openapi.json")
    assert found == json.loads(json.dumps(document()))
    assert found["servers"] == [{"url": "http://127.0.0.1:8000"}]


def test_it_is_valid_openapi_and_each_of_its_schemas_is_a_schema() -> None:
    jsonschema_rs.Draft202012Validator(OPENAPI_31).validate(document())
    found = [*every(document()["paths"], "schema"), *document()["components"]["schemas"].values()]
    for schema in found:
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema)
    for reference in every(document(), "$ref"):
        node = document()
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
        assert node


@pytest.mark.parametrize("name", ["schemas", "headers"])
def test_whatever_is_described_apart_is_referred_to(name: str) -> None:
    referred = {reference for reference in every(document(), "$ref") if f"/{name}/" in reference}
    assert referred == {f"#/components/{name}/{one}" for one in document()["components"][name]}


def test_every_route_is_in_it_with_its_words_its_token_and_its_permissions() -> None:
    found = dict(operations())
    assert set(found) == {f"{route.method} {route.address}" for route in ROUTES}
    names = [operation["operationId"] for operation in found.values()]
    assert len(set(names)) == len(names)
    for route in ROUTES:
        operation = found[f"{route.method} {route.address}"]
        assert operation["summary"]
        assert (operation.get("security") == []) is (not route.needs)
        assert {Action(word) for word in operation.get("x-permission", [])} == set(route.needs)
        assert ("requestBody" in operation) is bool(route.takes)
        assert ("401" in operation["responses"]) is bool(route.needs)


def test_every_operation_says_what_it_refuses_with_and_in_which_shape() -> None:
    for name, operation in operations():
        for status, answer in operation["responses"].items():
            assert answer["description"]
            if status >= "400" and not name.startswith("HEAD"):
                [(media, content)] = answer["content"].items()
                assert media in REFUSALS
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_every_reason_of_the_api_stands_where_its_status_does() -> None:
    for _, operation in operations():
        for reason, row in ANSWERS.items():
            words = operation["responses"].get(str(row.status), {"description": f"`{reason}`"})["description"]
            assert f"`{Reason(reason)}`" in words
