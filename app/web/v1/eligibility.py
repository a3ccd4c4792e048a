"""The gate over HTTP: may this customer transact, and if not, who must do what?"""

from enum import StrEnum
from typing import Any, TypeVar

from flask import request
from flask.typing import ResponseReturnValue

from app.core.permissions import Action, require
from app.core.policy import Cell
from app.core.refusals import Reason, Refused
from app.core.vocabulary import Channel, Environment, Operation
from app.installation import installation
from app.queries import decisions, rulebooks, subjects
from app.web.v1 import bp, caller, url
from app.web.v1.bodies import Body, body

W = TypeVar("W", bound=StrEnum)
MOST_QUESTIONS = 1000
ROOM_FOR_QUESTIONS = MOST_QUESTIONS * 512


@bp.post("/eligibility")
def eligibility() -> ResponseReturnValue:
    """View; one question, or up to 1,000 in `questions`, answered in their order."""
    require(caller(), Action.VIEW)
    request.max_content_length = ROOM_FOR_QUESTIONS
    given = body()
    if given.raw("questions") is None:
        return _answer(given)
    items = [_answer(question) for question in given.parts("questions", MOST_QUESTIONS)]
    return {"totalCount": len(items), "items": items, "attributes": {"objectType": "Collection"}}


def _answer(question: Body) -> dict[str, Any]:
    act, customer = caller(), question.uuid("customerId")
    cell = Cell(
        word(question, "operation", Operation),
        word(question, "channel", Channel, Channel.API),
        word(question, "environment", Environment, Environment.PRODUCTION),
        question.text("offerId"),
    )
    at = question.moment("asOf") or act.at
    known = subjects.of(act, customer, at)
    rules = rulebooks.of(installation().rules, known.partner.id)
    decision, step = decisions.answer(known, cell, at, rules)
    return {"customerId": str(customer)} | decisions.as_json(decision, step, customer, url)


def word(found: Body, name: str, kind: type[W], default: W | None = None) -> W:
    """A word of a closed vocabulary."""
    value = found.text(name, required=default is None) or default
    if value not in list(kind):
        raise Refused(Reason.INVALID_VALUE, field=f"{found.path}{name} ({', '.join(kind)})")
    return kind(str(value))
