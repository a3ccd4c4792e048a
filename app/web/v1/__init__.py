"""The API: every route declares what it takes, gives and asks for; `routes` holds it to that."""

import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, current_app, g, request

from app.auth import tokens
from app.config import Config
from app.web.v1 import (  # noqa: F401  each of them declares its routes
    acceptance,
    acceptances,
    agreements,
    branding,
    changes,
    credentials,
    customers,
    deliveries,
    docs,
    document,
    domains,
    drafts,
    eligibility,
    endpoints,
    guide,
    invitations,
    limits,
    mailing,
    mailpolicy,
    mailtemplates,
    messages,
    metadata,
    orders,
    purchases,
    received,
    records,
    registration,
    relationships,
    sources,
    suppressions,
    templates,
)
from app.web.v1.callers import caller as caller
from app.web.v1.callers import url as url
from app.web.v1.polling import Poller
from app.web.v1.routes import bp

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
PREFIXES = ("/v1/", "/webhooks/v1/")
IDS = ("MS-RequestId", "MS-CorrelationId")
SOUND = re.compile("[ -~]{1,255}")


@bp.before_request
def identify() -> None:
    route = getattr(current_app.view_functions[request.endpoint or ""], "route", None)
    if route is None or route.needs:
        g.act = tokens.bearer(request.headers.get("Authorization", ""), request.remote_addr)
        limits.admit(g.act.credential or "")


bp.after_request(limits.note)


def ids(given: Callable[[str], str]) -> list[tuple[str, str]]:
    """The vendor's ids of a request, the caller's or new ones."""
    values = ((name, given(name)) for name in IDS)
    return [(name, value if SOUND.fullmatch(value) else str(uuid.uuid4())) for name, value in values]


def echo(answer: Response) -> Response:
    if request.path.startswith(PREFIXES):
        answer.headers.extend(ids(lambda name: request.headers.get(name, "")))
    return answer


class AnyCase:
    """Paths of the API in any case, with or without a slash at the end, and with slashes doubled."""

    def __init__(self, inner: Wsgi) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        for prefix in PREFIXES:
            if path[: len(prefix)].lower() == prefix:
                # WSGI hands over bytes one by one: only those of ASCII letters have a case.
                rest = path[len(prefix) :].encode("latin-1").lower().decode("latin-1")
                environ["PATH_INFO"] = prefix + re.sub("/{2,}", "/", rest).strip("/")
        return self.inner(environ, start)


def init_app(app: Flask, config: Config) -> None:
    limits.init_app(app, config.rate_limit)
    app.after_request(echo)
    app.register_blueprint(bp)
    app.register_blueprint(docs.bp)
    app.wsgi_app = Poller(app, AnyCase(app.wsgi_app), ids)  # type: ignore[assignment, method-assign]
