"""The dated rules that hold for a partner: drawn, in words, and its own rows, tried out before they are set."""

from dataclasses import dataclass, replace
from datetime import date

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.commands import policies
from app.core import coverage
from app.core.permissions import Action
from app.core.policy import Cell, Policy, Rulebook, start_of
from app.core.refusals import Reason, Refused
from app.core.rows import Faulty, laid_over
from app.core.vocabulary import Channel, Operation, PartnerType
from app.db import transaction
from app.errors import answer
from app.installation import installation
from app.queries import forecast, rulebooks
from app.tongue import gettext
from app.web.dashboard import page, shell
from app.web.pages import drawing, rule_words
from app.web.pages.routes import act, may

LARGEST = 512 * 1024
LOOKS = {"quiet": "past", "good": "holds", "wait": "coming"}
SHOWN = 20


@dataclass(frozen=True)
class Change:
    """How many customers could not order on a day: as things are, and under the rows that are tried out."""

    day: date
    before: int
    after: int


@page.get("/rules", needs=rule_words.ACTIONS)
def rules() -> ResponseReturnValue:
    return _page()


@page.post("/rules", needs=Action.MANAGE_RULES, again=rules, room=LARGEST)
def set_rules() -> ResponseReturnValue:
    """Tried out first, or set: faults are named with the row they stand in, and nothing typed is lost."""
    content = request.form.get("rows", "").replace("\r\n", "\n")
    faults, drafted = checked(content)
    if faults:
        return _page(faults=faults), answer(Refused(Reason.INVALID_VALUE, field="rows")).status
    if request.form.get("step") != "save":
        return _page(changes=_changes(drafted))
    with transaction():
        policies.set_rows(act(), shell.own(), content, installation().rules.policy)
    shell.told(gettext("Your rows hold from now on; the former ones are kept below them."))
    return redirect(url_for(".rules"), 303)


def checked(content: str) -> tuple[list[str], Rulebook]:
    """Every fault of rows on top of the installation's, and the rules as they would be."""
    book = shell.rules()
    try:
        policy = laid_over(installation().rules.policy, content, "rows")
        return coverage.faults(policy), replace(book, policy=policy)
    except Faulty as error:
        return error.faults, book


def _page(faults: list[str] | None = None, changes: list[Change] | None = None) -> str:
    own, today = shell.own(), act().at.date()
    policy = shell.rules().policy
    rows = sorted(policy.rules, key=lambda rule: (rule.since, rule.until or date.max, rule.id))
    numbered = [(number, rule, rule_words.standing(rule, today)) for number, rule in enumerate(rows, start=1)]
    spans = [(rule.since, rule.until, LOOKS[word.shape]) for _, rule, word in numbered]
    return render_template(
        "dashboard/rules/page.html",
        rows=numbered[::-1],
        over={number for number, _, word in numbered if LOOKS[word.shape] == "past"},
        drawn=drawing.timeline(spans, today),
        said=rule_words,
        mine=_added(policy),
        turn=forecast.next_turn(shell.rules(), act().at),
        edits=may(Action.MANAGE_RULES),
        own_rows=rulebooks.rows(own.id) or "",
        revisions=rulebooks.revisions(own.id, SHOWN) if may(Action.MANAGE_RULES) else [],
        operations=[(one.value, rule_words.label(one)) for one in Operation if one is not Operation.AUTO_RENEWAL],
        channels=[(one.value, rule_words.label(one)) for one in Channel],
        resells=own.type is PartnerType.RESELLER,
        faults=faults or [],
        changes=changes,
    )


def _added(policy: Policy) -> set[str]:
    """The ids of the rows that are the partner's own."""
    base = {rule.id: rule for rule in installation().rules.policy.rules}
    return {rule.id for rule in policy.rules if base.get(rule.id) != rule}


def _changes(drafted: Rulebook) -> list[Change]:
    """Today, and on the next day on which the rows that are tried out change anything."""
    turn = forecast.next_turn(drafted, act().at)
    moments = [act().at, *([start_of(turn)] if turn else [])]
    operation, channel = request.form.get("operation"), request.form.get("channel")
    cell = Cell(
        Operation(operation) if operation in list(Operation) else Operation.NEW_PURCHASE,
        Channel(channel) if channel in list(Channel) else Channel.API,
    )
    books = (shell.rules(), drafted)
    found = [[forecast.outlook(shell.own(), cell, at, book, 0).blocked for book in books] for at in moments]
    return [Change(at.date(), before, after) for at, (before, after) in zip(moments, found, strict=True)]
