"""The description of the API, for programs."""

from functools import cache

from flask import Response

from app.web.v1 import answers, openapi
from app.web.v1.callers import url
from app.web.v1.routes import EVERYBODY, route


@route.get("/openapi.json", needs=EVERYBODY)
def described() -> Response:
    """This description.

    OpenAPI 3.1, true for every route; `/docs` shows it to people.
    """
    return answers.of(_document(url("")))


@cache
def _document(base_url: str) -> dict[str, object]:
    return openapi.document(base_url)
