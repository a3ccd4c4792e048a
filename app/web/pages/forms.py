"""A form as it comes back: what was typed, and what was wrong with it, beside the field it is about."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask, g, request

from app.core.parsing import snake
from app.core.refusals import Reason, Refused
from app.errors import on_page

# Where the form calls a field otherwise than the rule that refused it.
ALIASES = {"companyName": "company", "dateAgreed": "date", "statedDate": "date"}


class Form:
    """What this request brought, for the page that asks for it: nothing typed is lost."""

    def __init__(self, problem: Refused | None = None) -> None:
        self.problem = problem
        self.said = on_page(problem).remedy if problem else None

    @property
    def sent(self) -> bool:
        return request.method == "POST"

    def value(self, name: str, default: Any = "") -> str:
        """What was typed; of a page that is opened, what its address says or the default."""
        source = request.form if self.sent else request.args
        found = source.get(name)
        return found if found is not None else ("" if default is None else str(default))

    def ticked(self, name: str, value: str = "yes", default: bool = False) -> bool:
        return value in request.form.getlist(name) if self.sent else default

    @property
    def at(self) -> str | None:
        """The field that the refusal is about, as forms spell it."""
        field = self.problem.data.get("field") if self.problem else None
        named = str(field).partition(" ")[0] if field else None
        return ALIASES.get(named, snake(named)) if named else None

    def error(self, name: str) -> str | None:
        return self.said if self.at == name else None

    def error_elsewhere(self, names: Iterable[str]) -> str | None:
        """What no field of this form can show beside it."""
        return self.said if self.problem and self.at not in set(names) else None


def placed(problem: Refused, fields: Mapping[Reason, str]) -> Refused:
    """The refusal beside the field of this form that mends it; one that names its field keeps to that."""
    field = fields.get(problem.reason)
    return Refused(problem.reason, **{"field": field} | problem.data) if field else problem


def current() -> Form:
    if "form" not in g:
        g.form = Form()
    found: Form = g.form
    return found


def line(name: str) -> str:
    """One line of a form, without what surrounds it."""
    return " ".join(request.form.get(name, "").split())


def init_app(app: Flask) -> None:
    app.context_processor(lambda: {"form": current()})
