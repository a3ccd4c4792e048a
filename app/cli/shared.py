"""What commands share: the application around them, the answer's two forms, and the options that recur."""

import functools
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import click

from app.core.evidence import moment
from app.core.refusals import Reason, refuse_if

if TYPE_CHECKING:
    from flask import Flask

F = TypeVar("F", bound=Callable[..., Any])

AS = click.option("--as", "email_as", required=True, metavar="EMAIL", help="The staff member who does this.")


def as_json(function: F) -> F:
    return click.option("--json", "json_", is_flag=True, help="Print one JSON object and nothing else.")(function)


def say(answer: dict[str, Any], json_: bool, words: str | None = None) -> None:
    """The answer as JSON, or as words; without words, one `name: value` a line."""
    click.echo(json.dumps(answer, ensure_ascii=False) if json_ else words or spread(answer))


def spread(answer: dict[str, Any]) -> str:
    return "\n".join(lines(answer))


def say_status(machine: Any, json_: bool) -> None:
    """Where an agreement stands now."""
    from app.auth.acts import now
    from app.queries.status import status

    say(status(machine, rules_of(machine.partner_id), now()), json_)


def rules_of(partner_id: UUID | None) -> Any:
    """The dated rules that hold for a partner."""
    from app.installation import installation
    from app.queries import rulebooks

    return rulebooks.of(installation().rules, partner_id)


def lines(answer: dict[str, Any], indent: str = "") -> list[str]:
    found: list[str] = []
    for name, value in answer.items():
        if name == "attributes" or value in (None, [], {}):
            continue
        if isinstance(value, dict):
            found += [f"{indent}{name}:", *lines(value, indent + "  ")]
        elif isinstance(value, list) and isinstance(value[0], dict):
            found += [line for one in value for line in (f"{indent}{name}:", *lines(one, indent + "  "))]
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, list) else value
            found.append(f"{indent}{name}: {str(shown).lower() if isinstance(shown, bool) else shown}")
    return found


@contextmanager
def opened(prepare: bool = True) -> Iterator["Flask"]:
    """The application on a database that is there and, where `prepare` asks for it, at this code's schema."""
    from app import config as settings
    from app import create_app, logs, preparation
    from app.db import db

    config = settings.load()
    logs.set_up(config.log_format)
    preparation.prepare(config)
    app = create_app(config, web=False)
    with app.app_context(), preparation.usable(config):
        try:
            if prepare:
                preparation.prepare_database(config)
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def in_app(function: F) -> F:
    """Run a command inside the application."""

    @functools.wraps(function)
    def inside(*args: Any, **kwargs: Any) -> Any:
        with opened():
            return function(*args, **kwargs)

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


class Moment(click.ParamType[datetime]):
    """A day, or a moment of it; what bears no zone is UTC, a bare day begins at 00:00Z."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9:]+)?)?", value, re.ASCII):
                raise ValueError
            return moment(value)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not a day such as 2026-11-20 or a time such as 2026-11-20T09:30Z", param, context)


MOMENT = Moment()
