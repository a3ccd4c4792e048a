"""The gate over HTTP: may this customer transact, and if not, who must do what?"""

from typing import Any

from pydantic import Field

from app.core.permissions import Action
from app.core.policy import Cell
from app.core.vocabulary import Channel, Environment, Operation
from app.queries import decisions, subjects
from app.web.v1.callers import caller, rules_of, url
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Id, Line, Moment, Shape

MOST_QUESTIONS = 1000
ROOM_FOR_QUESTIONS = MOST_QUESTIONS * 512


class Question(Shape):
    customer_id: Id
    operation: Operation
    channel: Channel = Channel.API
    offer_id: Line | None = None
    environment: Environment = Environment.PRODUCTION
    as_of: Moment | None = None


class Questions(Shape):
    """One question, or up to 1,000 in `questions`."""

    questions: list[Question] = Field(max_length=MOST_QUESTIONS)


class RuleShown(Answer):
    id: str
    from_: str = Field(alias="from")
    text: str
    source: str


class NextStep(Answer):
    """What to do, whose move it is, and where."""

    action: str
    owner: str
    url: str | None = None


class DecisionShown(Answer):
    """Members that have no value are left out."""

    customer_id: str
    decision: str
    rules: list[RuleShown]
    reason: str | None = None
    agreement_type: str | None = None
    authority: str
    checked_at: str | None = None
    next: NextStep | None = None
    valid_until: str | None = None
    warnings: list[str]


class Decisions(Answer):
    total_count: int
    items: list[DecisionShown]


@route.post(
    "/eligibility",
    needs=Action.VIEW,
    takes=(Question, Questions),
    gives=(DecisionShown, Decisions),
    reads=True,
    room=ROOM_FOR_QUESTIONS,
)
def eligibility(given: Question | Questions) -> dict[str, Any]:
    """May this customer order now, and if not, who must do what?

    One question, or up to 1,000 in `questions`, answered in their order as `items`.
    """
    if isinstance(given, Question):
        return _answer(given)
    items = [_answer(question) for question in given.questions]
    return {"totalCount": len(items), "items": items, "attributes": {"objectType": "Collection"}}


def _answer(question: Question) -> dict[str, Any]:
    at = question.as_of or caller().at
    known = subjects.of(caller(), question.customer_id, at)
    cell = Cell(question.operation, question.channel, question.environment, question.offer_id)
    decision, step = decisions.answer(known, cell, at, rules_of(known.partner.id))
    customer = question.customer_id
    return {"customerId": str(customer)} | decisions.as_json(decision, step, customer, url)
