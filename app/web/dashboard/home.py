"""Home: what needs me now, and where all agreements stand."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from app import spoken, tongue
from app.core.lifecycle import State
from app.core.permissions import Action
from app.core.tally import Passed
from app.core.vocabulary import AgreementType, PartnerType
from app.queries import counts, forecast, progress
from app.queries import tasks as listed
from app.queries.progress import Month
from app.queries.tasks import Asked
from app.tongue import N_, gettext
from app.web.dashboard import page, shell
from app.web.dashboard.tasks import surroundings
from app.web.pages import drawing, words
from app.web.pages.routes import Open, act, may

MCA = AgreementType.MCA
AT_ONCE = 10  # tasks; the others are a link away
SPANS = {
    Passed.WITHIN_1: N_("within a day"),
    Passed.WITHIN_3: N_("1 to 3 days"),
    Passed.WITHIN_7: N_("3 to 7 days"),
    Passed.WITHIN_14: N_("7 to 14 days"),
    Passed.WITHIN_30: N_("14 to 30 days"),
    Passed.LATER: N_("30 days or more"),
}


@page.get("/", needs=Open.STAFF)
def home() -> ResponseReturnValue:
    found = surroundings(Asked(), AT_ONCE)
    waiting, overdue = listed.waiting(act(), act().at)
    return render_template(
        "dashboard/home.html", waiting=waiting, late=overdue, figures=_figures() if may(Action.VIEW) else None, **found
    )


def _figures() -> dict[str, Any]:
    """Where the agreements stand, and, for the partner that confirms, how they came there."""
    numbers = counts.of(act(), MCA)
    states = [(state, words.state(state), numbers[state]) for state in State]
    found: dict[str, Any] = {"states": states, "total": numbers["total"], "confirms": _confirms()}
    if not _confirms():
        return found
    months = progress.months(shell.own().id, MCA, act().at.date())
    waits = progress.waits(months)
    middle = progress.median(waits)
    turn = forecast.next_turn(shell.rules(), act().at)
    return found | {
        "months": months,
        "named": [spoken.month(month.first, tongue.language()) for month in months],
        "passed": Passed,
        "chart": _chart(months),
        "waits": [(gettext(SPANS[what]), number) for what, number in waits],
        "waits_chart": drawing.columns([(_short(what), [[("first", number)]]) for what, number in waits]),
        "accepted": sum(number for _, number in waits),
        "median": gettext(SPANS[middle]) if middle else None,
        "turn": turn,
    }


def _confirms() -> bool:
    return shell.own().type is not PartnerType.RESELLER


def _chart(months: list[Month]) -> drawing.Chart:
    """Beside those that were asked, those that were confirmed: by the customer, and above that by the partner."""
    return drawing.columns(
        [
            (
                spoken.month(month.first, tongue.language(), short=True),
                [
                    [("first", month.of(Passed.INVITED))],
                    [("second", month.of(Passed.ACCEPTED)), ("third", month.of(Passed.ATTESTED))],
                ],
            )
            for month in months
        ]
    )


def _short(what: Passed) -> str:
    return {
        Passed.WITHIN_1: "< 1",
        Passed.WITHIN_3: "1-3",
        Passed.WITHIN_7: "3-7",
        Passed.WITHIN_14: "7-14",
        Passed.WITHIN_30: "14-30",
        Passed.LATER: "30+",
    }[what]
