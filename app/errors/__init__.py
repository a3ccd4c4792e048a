"""The only place where an exception becomes a status and a body: a page for people, a problem for programs."""

from typing import Any

from flask import Flask, make_response, request
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from app.core.refusals import Refused
from app.errors import pages, problems
from app.errors.answers import ANSWERS as ANSWERS
from app.errors.answers import Answer as Answer
from app.errors.answers import answer as answer
from app.errors.answers import one_line as one_line
from app.errors.pages import GONE as GONE
from app.errors.pages import on_page as on_page


class InOrder(DefaultJSONProvider):
    """Members in the order in which the documents name them."""

    sort_keys = False


class Application(Flask):
    """Flask, but a failure is logged by its endpoint: paths of links carry tokens."""

    json_provider_class = InOrder

    def log_exception(self, exc_info: Any) -> None:
        self.logger.error("request failed in %s", request.endpoint, exc_info=exc_info)


def init_app(app: Flask) -> None:
    app.register_error_handler(Refused, on_refused)
    app.register_error_handler(CSRFError, lambda error: _failed(400))
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(OperationalError, lambda error: _failed(503))
    app.register_error_handler(500, lambda error: _failed(500))


def _from_program() -> bool:
    return request.path.lower().startswith(("/v1/", "/webhooks/v1/", "/hooks/"))


def on_refused(refused: Refused) -> ResponseReturnValue:
    return problems.on_refused(refused) if _from_program() else pages.on_refused(refused)


def _on_http(error: HTTPException) -> ResponseReturnValue:
    """What the exception says in headers, such as `Allow`, is kept; its words are not."""
    response = make_response(_failed(error.code or 500))
    allow = error.get_response().headers.get("Allow")
    if allow:
        response.headers["Allow"] = allow
    return response


def _failed(status: int) -> ResponseReturnValue:
    return problems.problem(status) if _from_program() else pages.page(status)
