"""What commands share: the application around them, the answer's two forms, and the options that recur."""

import functools
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import click

from app.config import SetUpError
from app.core.refusals import Reason, refuse_if

if TYPE_CHECKING:
    from flask import Flask

F = TypeVar("F", bound=Callable[..., Any])


def as_json(function: F) -> F:
    return click.option("--json", "json_", is_flag=True, help="Print one JSON object and nothing else.")(function)


def say(answer: dict[str, Any], json_: bool, words: str | None = None) -> None:
    """The answer as JSON, or as words; without words, one `name: value` a line."""
    if json_:
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        click.echo(words or "\n".join(lines(answer)))


def lines(answer: dict[str, Any], indent: str = "") -> list[str]:
    found: list[str] = []
    for name, value in answer.items():
        if name == "attributes" or value in (None, [], {}):
            continue
        if isinstance(value, dict):
            found += [f"{indent}{name}:", *lines(value, indent + "  ")]
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, list) else value
            found.append(f"{indent}{name}: {str(shown).lower() if isinstance(shown, bool) else shown}")
    return found


def application() -> "Flask":
    """The application on a database that is there and at this code's schema."""
    from app import config as settings
    from app import create_app, logs, preparation

    config = settings.load()
    logs.set_up(config.log_format)
    preparation.prepare(config)
    app = create_app(config)
    with app.app_context():
        preparation.prepare_database(config)
    return app


def in_app(function: F) -> F:
    """Run a command inside the application; a database that goes away is one line, not a traceback."""

    @functools.wraps(function)
    def inside(*args: Any, **kwargs: Any) -> Any:
        from sqlalchemy.exc import OperationalError

        with application().app_context():
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                raise SetUpError(f"the database failed: {str(error.orig).splitlines()[0]}") from error

    return inside  # type: ignore[return-value]


class Uuid(click.ParamType[UUID]):
    name = "ID"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> UUID:
        try:
            return value if isinstance(value, UUID) else UUID(value)
        except ValueError:
            self.fail(f"{value!r} is not an id such as 0199f0c2-1111-7abc-8def-0123456789ab", param, context)


ID = Uuid()


def country(value: str) -> str:
    """A country of the agreement's own list."""
    from app.installation import installation

    code = value.strip().upper()
    refuse_if(not installation().rules.catalogue.knows(code), Reason.INVALID_VALUE, field="country")
    return code
