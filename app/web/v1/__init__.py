"""The API: every route declares what it takes, gives and asks for; `routes` holds it to that."""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, current_app, g, request

from app.auth import tokens
from app.config import Config
from app.web.v1 import limits
from app.web.v1.callers import caller as caller
from app.web.v1.callers import url as url
from app.web.v1.routes import bp

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
PREFIX = "/v1/"
IDS = ("MS-RequestId", "MS-CorrelationId")
LONGEST = 255


@bp.before_request
def identify() -> None:
    route = getattr(current_app.view_functions[request.endpoint or ""], "route", None)
    if route is None or route.needs:
        g.act = tokens.bearer(request.headers.get("Authorization", ""), request.remote_addr)
        limits.admit(g.act)


bp.after_request(limits.note)


def echo(answer: Response) -> Response:
    """The vendor's ids of a request, the caller's or new ones."""
    if request.path.startswith(PREFIX):
        for name in IDS:
            given = request.headers.get(name, "")
            sound = 0 < len(given) <= LONGEST and given.isascii() and given.isprintable()
            answer.headers[name] = given if sound else str(uuid.uuid4())
    return answer


class AnyCase:
    """Paths of the API in any case, with or without a slash at the end."""

    def __init__(self, inner: Wsgi) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path[:4].lower() == PREFIX:
            environ["PATH_INFO"] = PREFIX + path[4:].lower().rstrip("/")
        return self.inner(environ, start)


def init_app(app: Flask, config: Config) -> None:
    limits.init_app(app, config.rate_limit)
    app.after_request(echo)
    app.register_blueprint(bp)
    app.wsgi_app = AnyCase(app.wsgi_app)  # type: ignore[assignment, method-assign]


from app.web.v1 import acceptance, agreements, drafts, eligibility, invitations, orders  # noqa: E402, F401
from app.web.v1 import customers, domains, metadata, relationships, templates  # noqa: E402, F401
from app.web.v1 import acceptances, messages, purchases, records  # noqa: E402, F401
from app.web.v1 import changes  # noqa: E402, F401
