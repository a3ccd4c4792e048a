"""All customers: searched, filtered, page by page, each with what comes next and whose move it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from babel.numbers import format_decimal
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.carrying import Trouble
from app.core.evidence import moment
from app.core.languages import locale
from app.core.lifecycle import State
from app.core.permissions import Action
from app.core.steps import Step
from app.core.vocabulary import AgreementType, PartnerType
from app.queries import counts, partners, places, portfolio, standings, upcoming
from app.tongue import N_, country, day, gettext, language
from app.web.dashboard import page, sieve
from app.web.dashboard.shell import rules, rules_of
from app.web.dashboard.sieve import Asked
from app.web.pages import next_words, words
from app.web.pages.next_words import Next
from app.web.pages.routes import act
from app.web.pages.words import Word, shown

A_PAGE = 50
SOON = (3, 7, 14, 30)
KIND = AgreementType.MCA
HEALTH_LABELS = {
    Trouble.BOUNCED: N_("Mail came back"),
    Trouble.COMPLAINED: N_("Complained of our mail"),
    Trouble.SUPPRESSED: N_("Not to be written to"),
}
CURRENT = Word("good", N_("Current"))
OUTDATED = Word("warn", N_("Outdated"))
STALE = Word("stop", N_("No longer counts"))


@dataclass(frozen=True)
class Row:
    """One customer as the list shows it."""

    item: dict[str, Any]
    state: Word
    since: datetime
    version: Word | None
    until: str | None
    invitation: "Asking | None"
    reseller: str | None
    next: Next | None


@dataclass(frozen=True)
class Asking:
    status: Word
    delivery: Word
    until: datetime | None
    returned: bool


@page.get("/customers", needs=Action.VIEW)
def customers() -> ResponseReturnValue:
    asked = sieve.read()
    rows, last = _page(asked)
    following = url_for("dashboard.customers", **asked.address(), after=last) if last else None
    first = url_for("dashboard.customers", **asked.address()) if sieve.after() else None
    partial = "HX-Request" in request.headers
    found = {"asked": asked, "rows": rows, "next": following, "first": first, "tabs": _tabs(asked), "partial": partial}
    if partial:
        return render_template("_rows/customers.html", resells=_provides(), **found)
    return render_template("dashboard/customers/list.html", resells=_provides(), **_choices(asked), **found)


def _page(asked: Asked) -> tuple[list[Row], list[str] | None]:
    ids, last = portfolio.found(act(), asked.wanted(act().at), rules(), A_PAGE, sieve.after())
    return rows_of(ids), last


def rows_of(ids: list[UUID]) -> list[Row]:
    items = standings.of(act(), ids, rules().terms(KIND, act().at))
    steps = upcoming.of(act(), ids, KIND, act().at, rules_of)
    names = {str(one.id): one.name for one in partners.tied(act())} if _provides() else {}
    return [_row(item, steps.get((item["customerId"], item["partnerId"])), names) for item in items]


def _provides() -> bool:
    return act().partner_type is PartnerType.PROVIDER


def _row(item: dict[str, Any], step: Step | None, names: dict[str, str]) -> Row:
    held, by = item["invitation"], item["version"]["reconfirmBy"]
    asked = _asking(held) if held else None
    return Row(
        item,
        words.state(item["state"]),
        moment(item["since"]),
        _version(item),
        day(moment(by)) if by and item["confirmed"] else None,
        asked,
        names.get(item["resellerId"]),
        _next(item, step, asked) if step else None,
    )


def _next(item: dict[str, Any], step: Step, asked: Asking | None) -> Next:
    returned, held = asked is not None and asked.returned, item["invitation"]
    return next_words.shown(act(), step, UUID(item["customerId"]), held["id"] if held else None, returned)


def _version(item: dict[str, Any]) -> Word | None:
    if item["method"] is None:
        return None
    return shown(STALE if not item["confirmed"] else CURRENT if item["version"]["current"] else OUTDATED)


def _asking(held: dict[str, Any]) -> Asking:
    alive = held["status"] == "open"
    returned = held["delivery"] in ("bounced", "complained")
    until = moment(held["expiresAt"]) if alive else None
    return Asking(words.invitation(held["status"]), words.delivery(held["delivery"]), until, returned)


def _tabs(asked: Asked) -> list[tuple[str, str, str | None, bool]]:
    """Label, address, how many (where nothing else is asked for), whether it is this one."""
    numbers = {} if asked.filtered else counts.of(act(), KIND)
    whole = [(None, gettext("All"), "total"), *((one, words.state(one).label, one.value) for one in State)]
    return [
        (
            label,
            url_for("dashboard.customers", **asked.address(state=one)),
            _numeral(numbers.get(key)),
            one is asked.state,
        )
        for one, label, key in whole
    ]


def _numeral(number: int | None) -> str | None:
    return None if number is None else str(format_decimal(number, locale=locale(language())))


def _choices(asked: Asked) -> dict[str, Any]:
    """What can be chosen, by field."""
    codes = {*places.of(act()), *([asked.country] if asked.country else [])}
    return {
        "soon": sorted({*SOON, *([asked.expiring] if asked.expiring else [])}),
        "healths": [(health, gettext(HEALTH_LABELS[health])) for health in Trouble],
        "countries": sorted(((code, country(code)) for code in codes), key=lambda pair: pair[1]),
        "resellers": [(one.id, one.name) for one in partners.tied(act())] if _provides() else [],
    }
