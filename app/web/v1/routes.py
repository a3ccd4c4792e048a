"""The routes of the API: what each takes, gives and asks for is declared where its view stands, and held to here."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, update_wrapper
from typing import Any, TypeVar

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from werkzeug.exceptions import UnsupportedMediaType

from app.core.act import Act
from app.core.parsing import snake
from app.core.permissions import Action, refusal
from app.core.refusals import Reason, Refused, refuse_if
from app.web.security import csrf
from app.web.v1 import answers, once
from app.web.v1.bodies import body, query
from app.web.v1.callers import caller
from app.web.v1.shape import Shape

V = TypeVar("V", bound=Callable[..., Any])

bp = Blueprint("v1", __name__)
csrf.exempt(bp)

BASE = "/v1"

# A route without a permission: whoever asks, with or without a token.
EVERYBODY: tuple[Action, ...] = ()
Needs = Action | tuple[Action, ...]
FORM = "multipart/form-data"
PARAMETER = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Route:
    """One operation, as the document describes it: at `path` below `base`."""

    method: str
    path: str
    view: Callable[..., Any]
    needs: tuple[Action, ...]
    # The body's shape; the first of several that another one's own member does not decide against.
    takes: tuple[type[Shape], ...] = ()
    # The name of a form's field that holds the body beside files.
    form: str | None = None
    optional: bool = False
    asks: type[Shape] | None = None
    gives: tuple[type[BaseModel], ...] = ()
    status: int = 200
    media: str = "application/json"
    # What the answer may be asked for as, beside that.
    other: str | None = None
    # Statuses with which it refuses beside those that such routes have.
    refuses: tuple[int, ...] = ()
    vendors: bool = False
    people: bool = False
    one: bool = False
    reads: bool = False
    room: int | None = None
    # Slow work on the body that must not wait inside the transaction.
    ahead: Callable[[Any], Any] | None = None
    base: str = BASE

    @property
    def endpoint(self) -> str:
        return self.view.__name__

    @property
    def address(self) -> str:
        return self.base + self.path

    @property
    def rule(self) -> str:
        """The address as Flask matches it: in small letters, GUIDs as such."""
        parts = PARAMETER.split(self.address)
        names = [f"<{'uuid:' if name.endswith('Id') else ''}{snake(name)}>" for name in parts[1::2]]
        return "".join(part.lower() for pair in zip(parts[::2], [*names, ""], strict=True) for part in pair)

    def like(self, path: str) -> bool:
        """Whether the path is this one, whatever stands for its parameters."""
        parts = [part.lower() for part in self.address.split("/")]
        given = path.split("/")
        return len(parts) == len(given) and all(
            one.startswith("{") or one == other for one, other in zip(parts, given, strict=True)
        )

    @property
    def writes(self) -> bool:
        return self.method not in ("GET", "HEAD") and not self.reads

    def __call__(self, **given: Any) -> ResponseReturnValue:
        act = caller() if self.needs else None
        if act:
            self._admit(act)
        if self.takes:
            if self.room and (not self.form or request.mimetype == FORM):
                request.max_content_length = self.room
            given |= self._body()
        if self.asks:
            given["asked"] = query(self.asks)
        if self.ahead:
            given["ahead"] = self.ahead(given.get("given"))
        work = partial(self._answer, given)
        return once.only(act, work) if act and self.writes else work()

    def _admit(self, act: Act) -> None:
        refuse_if(self.people and act.app_only, Reason.ROLE_NOT_ALLOWED)
        if self.writes and PARAMETER.search(self.path):
            return  # the command asks, once it is known about whom: foreign ids are unknown to all alike
        refusals = [refusal(act, action) for action in self.needs]
        if all(refusals) and refusals[0]:
            raise Refused(refusals[0], action=self.needs[0])

    def _body(self) -> dict[str, Any]:
        if self.form and request.mimetype == FORM:
            return {"given": body(self.takes, request.form.get(self.form, "")), "files": request.files.getlist("files")}
        raw = request.get_data(cache=True)
        kind = request.mimetype
        if raw and kind and kind not in ("application/json", "text/json") and not kind.endswith("+json"):
            raise UnsupportedMediaType
        given = body(self.takes, raw or "{}" if self.optional else raw)
        return {"given": given, "files": []} if self.form else {"given": given}

    def _answer(self, given: dict[str, Any]) -> Response:
        found = self.view(**given)
        if isinstance(found, Response):
            return found
        return answers.one(found) if self.one else answers.of(found, self.status)


def _several(given: Any) -> tuple[Any, ...]:
    return given if isinstance(given, tuple) else (given,)


ROUTES: list[Route] = []


def _declare(method: str, path: str, needs: Needs, **options: Any) -> Callable[[V], V]:
    def declare(view: V) -> V:
        asked = _several(needs)
        more = options | {name: _several(options.get(name, ())) for name in ("takes", "gives")}
        one = Route(method, path, view, asked, **more)
        ROUTES.append(one)

        def served(**given: Any) -> ResponseReturnValue:
            return one(**given)

        update_wrapper(served, view)
        served.route = one  # type: ignore[attr-defined]
        bp.add_url_rule(one.rule, one.endpoint, served, methods=[method])
        return view

    return declare


class route:
    """`@route.get("/customers/{customerId}/…", needs=Action.VIEW, gives=…)`."""

    get = partial(_declare, "GET")
    head = partial(_declare, "HEAD")
    post = partial(_declare, "POST")
    put = partial(_declare, "PUT")
    patch = partial(_declare, "PATCH")
    delete = partial(_declare, "DELETE")
