"""What if: who could not order on a day, or under rows that nobody has set yet, why, and what helps."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from flask import Response, g, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from app.core import sheets
from app.core.policy import Cell, Rulebook, start_of
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import Channel, Environment, Operation, PartnerType
from app.db import db
from app.models import Partner
from app.queries import forecast
from app.queries.forecast import LISTED, Outlook, Why
from app.tongue import N_, gettext
from app.web.dashboard import page, shell
from app.web.dashboard.rules import checked
from app.web.pages import rule_words
from app.web.pages.forms import Form
from app.web.pages.routes import act

W = TypeVar("W", Operation, Channel, Environment)
COLUMNS = (N_("Customer id"), N_("Company"), N_("Why"), N_("Next step"), N_("Whose move"))
A_BATCH = 500
# Of a large portfolio, whose answer takes longer than so many seconds.
SLOW, ASKED_AFTER, KEPT = 1.0, timedelta(minutes=10), 100
FIELDS = ("date", "operation", "channel", "environment", "offer", "rows")


@dataclass(frozen=True)
class Question:
    cell: Cell
    at: datetime
    rules: Rulebook


@dataclass(frozen=True)
class Compared:
    """How things stand, and how they will: asked at a moment."""

    at: datetime
    now: Outlook
    then: Outlook


_kept: dict[tuple[str, UUID, date], tuple[Rulebook, Compared]] = {}


@page.get("/rules/what-if", needs=rule_words.ACTIONS)
def what_if() -> ResponseReturnValue:
    faults: list[str] = []
    found = None
    try:
        faults, question = _asked()
        if not faults and not _resells():
            found = forecast.outlook(shell.own(), question.cell, question.at, question.rules)
    except Refused as problem:
        g.form = Form(problem)
    here: dict[str, Any] = {name: value for name, value in request.args.items() if value and name in FIELDS}
    return render_template(
        "dashboard/rules/what_if.html",
        found=found,
        faults=faults,
        said=rule_words,
        most=LISTED,
        resells=_resells(),
        today=act().at.date(),
        file=url_for(".what_if_file", **here),
        choices=[
            ("operation", gettext("Kind of order"), [(one.value, rule_words.label(one)) for one in Operation]),
            ("channel", gettext("How it is ordered"), [(one.value, rule_words.label(one)) for one in Channel]),
            ("environment", gettext("Environment"), [(one.value, rule_words.label(one)) for one in Environment]),
        ],
        presets={"operation": Operation.NEW_PURCHASE, "channel": Channel.API, "environment": Environment.PRODUCTION},
    )


@page.get("/rules/what-if.csv", needs=rule_words.ACTIONS)
def what_if_file() -> ResponseReturnValue:
    faults, question = _asked()
    refuse_if(bool(faults), Reason.INVALID_VALUE, field="rows")
    refuse_if(_resells(), Reason.WRONG_PARTNER_TYPE)
    lines = _lines(shell.own(), question)
    answer = Response(stream_with_context(lines), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="what-if-{question.at:%Y-%m-%d}.csv"'
    return answer


@page.get("/rules/next", needs=rule_words.ACTIONS)
def next_turn() -> ResponseReturnValue:
    """A part of home that takes its time on a large portfolio; without script its link leads to the whole answer."""
    book = shell.rules()
    turn = forecast.next_turn(book, act().at)
    if "HX-Request" not in request.headers or turn is None or _resells():
        return redirect(url_for(".what_if", date=turn))
    found = _compared(shell.own(), turn, book)
    return render_template("dashboard/rules/_next.html", turn=turn, found=found, said=rule_words)


def _compared(partner: Partner, turn: date, book: Rulebook) -> Compared:
    """Now and then; an answer that was long in coming is kept for a while."""
    key = (str(db.engine.url), partner.id, turn)
    rules, known = _kept.get(key, (None, None))
    if known and rules is book and act().at - known.at < ASKED_AFTER:
        return known
    begun, cell = time.monotonic(), Cell(Operation.NEW_PURCHASE)
    now, then = (forecast.outlook(partner, cell, at, book, 0) for at in (act().at, start_of(turn)))
    found = Compared(act().at, now, then)
    if time.monotonic() - begun > SLOW:
        if len(_kept) > KEPT:
            _kept.clear()
        _kept[key] = (book, found)
    return found


def _resells() -> bool:
    return shell.own().type is PartnerType.RESELLER


def _asked() -> tuple[list[str], Question]:
    """What the address asks for: without a day, now; with rows, under these instead of the partner's own."""
    given = request.args
    cell = Cell(
        _word(Operation, "operation", Operation.NEW_PURCHASE),
        _word(Channel, "channel", Channel.API),
        _word(Environment, "environment", Environment.PRODUCTION),
        given.get("offer", "").strip() or None,
    )
    faults, book = checked(given["rows"]) if given.get("rows", "").strip() else ([], shell.rules())
    return faults, Question(cell, _day(given.get("date", "")), book)


def _word(kind: type[W], name: str, usual: W) -> W:
    value = request.args.get(name) or usual
    refuse_if(value not in list(kind), Reason.INVALID_VALUE, field=name)
    return kind(value)


def _day(text: str) -> datetime:
    if not text.strip():
        return act().at
    try:
        return start_of(date.fromisoformat(text.strip()))
    except ValueError as error:
        raise Refused(Reason.INVALID_VALUE, field="date") from error


def _lines(partner: Partner, question: Question) -> Iterator[str]:
    yield sheets.lines([[gettext(column) for column in COLUMNS]])
    batch: list[list[object]] = []
    said: dict[Why, list[object]] = {}
    for row in forecast.everybody(partner, question.cell, question.at, question.rules):
        why = row.why
        if why not in said:
            said[why] = [rule_words.why(why), rule_words.step(why), rule_words.move(why)]
        batch.append([row.customer_id, row.company, *said[why]])
        if len(batch) >= A_BATCH:
            yield sheets.lines(batch)
            batch = []
    yield sheets.lines(batch)
