"""Holds every answer that a test's program gets against the document: statuses, media types, headers and bodies."""

from functools import cache
from typing import Any

import jsonschema_rs
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from app.web.v1 import openapi
from app.web.v1.routes import ROUTES, Route

# Answers that are nobody's in particular: not of an operation, but of the way to it.
OF_THE_WAY = (405, 308)


@cache
def document() -> dict[str, Any]:
    return openapi.document("http://127.0.0.1:8000")


@cache
def _routes() -> dict[str, Route]:
    return {f"v1.{route.endpoint}": route for route in ROUTES}


def conforms(app: Flask, found: TestResponse) -> None:
    """Assert it of an answer, if it is one of the API."""
    route = _route(app, found)
    if route is None or found.status_code in OF_THE_WAY:
        return
    described = document()["paths"][route.address][route.method.lower()]["responses"]
    status = str(found.status_code)
    assert status in described, (route.endpoint, status, found.text)
    for name in described[status].get("headers", {}):
        header = document()["components"]["headers"][name]
        assert name in found.headers or not header["required"], (route.endpoint, status, name)
    content = described[status].get("content", {})
    if found.request.method == "HEAD" or not content:
        assert found.data == b"", (route.endpoint, status)
    else:
        assert "*/*" in content or found.mimetype in content, (route.endpoint, status, found.mimetype)
        if found.is_json:
            faults = [str(fault) for fault in _body(route, status, found.mimetype).iter_errors(found.json)]
            assert not faults, (route.endpoint, status, faults)


def _route(app: Flask, found: TestResponse) -> Route | None:
    path = found.request.path
    adapter = app.url_map.bind("localhost")
    try:
        endpoint, _ = adapter.match(path.lower().rstrip("/"), method=found.request.method)
    except (HTTPException, RequestRedirect):
        return None
    return _routes().get(endpoint)


@cache
def _body(route: Route, status: str, media: str) -> jsonschema_rs.Validator:
    described = document()["paths"][route.address][route.method.lower()]["responses"][status]["content"]
    schema = described.get(media, described.get("*/*", {})).get("schema", {})
    return jsonschema_rs.Draft202012Validator({"allOf": [schema], "components": document()["components"]})
