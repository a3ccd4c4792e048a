"""The addresses of staff's pages, and for whom each is: none is served that does not say so."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import update_wrapper
from typing import Any, TypeVar, cast

from flask import Blueprint, Flask, current_app, g, request
from flask import session as cookie
from flask.typing import ResponseReturnValue

from app import tongue
from app.auth import sessions
from app.core.act import Act
from app.core.permissions import Action, refusal
from app.core.refusals import Reason, Refused
from app.db import db
from app.errors import answer
from app.web.pages import words
from app.web.pages.forms import Form

View = Callable[..., ResponseReturnValue]
V = TypeVar("V", bound=View)


class Open(Enum):
    """Pages that ask for no permission in particular."""

    EVERYBODY = "everybody"
    STAFF = "whoever is signed in"


Needs = Action | tuple[Action, ...] | Open
# These have a page of their own; to show the form again would not help.
PASSED_ON = (Reason.NOT_SIGNED_IN, Reason.NOT_FOUND)


@dataclass(frozen=True)
class Page:
    """One page. What it refuses is shown by `again`, the page its form stands on, with what was typed."""

    method: str
    rule: str
    view: View
    needs: tuple[Action, ...] | Open
    again: View | None = None
    # How large its body may be, where files come with it.
    room: int | None = None

    def __call__(self, **given: Any) -> ResponseReturnValue:
        if self.needs is not Open.EVERYBODY:
            self._admit()
        try:
            return self.view(**given)
        except Refused as problem:
            if self.again is None or problem.reason in PASSED_ON:
                raise
            db.session.rollback()
            g.form = Form(problem)
            return cast(str, self.again(**given)), answer(problem).status

    def _admit(self) -> None:
        session = sessions.signed_in()
        g.act, g.staff = sessions.act(session), session.staff
        tongue.prefer(session.staff.language)
        if isinstance(self.needs, Open):
            return
        refusals = [refusal(g.act, action) for action in self.needs]
        if all(refusals) and refusals[0]:
            raise Refused(refusals[0], action=self.needs[0])


class Pages:
    """`@page.get("/customers", needs=Action.VIEW)`; several actions mean any of them."""

    def __init__(self, bp: Blueprint) -> None:
        self.bp = bp

    def get(self, rule: str, needs: Needs) -> Callable[[V], V]:
        return self._declare("GET", rule, needs, None, None)

    def post(self, rule: str, needs: Needs, again: View | None = None, room: int | None = None) -> Callable[[V], V]:
        return self._declare("POST", rule, needs, again, room)

    def _declare(self, method: str, rule: str, needs: Needs, again: View | None, room: int | None) -> Callable[[V], V]:
        def declare(view: V) -> V:
            asked = (needs,) if isinstance(needs, Action) else needs
            one = Page(method, rule, view, asked, again, room)

            def served(**given: Any) -> ResponseReturnValue:
                return one(**given)

            update_wrapper(served, view)
            served.page = one  # type: ignore[attr-defined]
            self.bp.add_url_rule(rule, view.__name__, served, methods=[method])
            return view

        return declare


def act() -> Act:
    """Whoever is signed in, acting now."""
    found: Act = g.act
    return found


def may(*actions: Action) -> bool:
    """Whether the reader may do any of these; for what is shown, never instead of a command's own asking."""
    return any(refusal(act(), action) is None for action in actions)


def local(path: str | None) -> str:
    """An address of ours to go on to: one slash, then nothing a browser would take for another host."""
    sound = path and path.startswith("/") and not path.startswith("//") and path.isprintable() and "\\" not in path
    return path if path and sound else "/"


def here() -> str:
    """The address of this page, to come back to; after a form was sent, of the page it stands on."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    adapter = current_app.create_url_adapter(request)
    shown = adapter is not None and adapter.test(request.path, "GET")
    return request.path if shown else ("/portal" if request.path.startswith("/portal") else "/")


def make_room(endpoint: str | None, _: Any) -> None:
    """Before anything reads the body: whoever has signed in may bring files to the pages that take them."""
    page = getattr(current_app.view_functions.get(endpoint or ""), "page", None)
    if page and page.room and sessions.NAME in cookie:
        request.max_content_length = page.room


def init_app(app: Flask) -> None:
    app.url_value_preprocessor(make_room)
    app.context_processor(lambda: {"here": here, "may": may, "words": words})
