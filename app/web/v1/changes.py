"""What happened, for followers, and how many agreements are in which state."""

from typing import Annotated, Any

from flask import Response
from pydantic import WithJsonSchema

from app.core.permissions import Action
from app.core.vocabulary import AgreementType
from app.queries import changes as feed
from app.queries import counts
from app.web.v1 import answers, waiting
from app.web.v1.callers import caller, rules_of
from app.web.v1.paging import MOST, USUAL
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Kind, Number, Shape
from app.web.v1.statuses import Attributes, Status

LONGEST_WAIT = 30


Cursor = Annotated[str, WithJsonSchema({"type": "string", "pattern": rf"^[0-9]{{0,{feed.LONGEST}}}$"})]


class Asked(Shape):
    after: Cursor | None = None
    size: Annotated[int, Number(0)] = USUAL
    wait: Annotated[int, Number(0, LONGEST_WAIT)] = 0


class RecordBrief(Answer):
    number: int
    hash: str


class EndpointNotice(Answer):
    """Which endpoint is called no more, and why: `gone` or `failing`."""

    endpoint_id: str
    url: str
    reason: str
    failing_since: str


class Happened(Answer):
    """One event; `data` is the agreement's status as the event left it, or the endpoint that was disabled."""

    id: str
    type: str
    at: str
    seq: int
    partner_id: str
    customer_id: str | None
    data: Status | EndpointNotice
    record: RecordBrief | None = None


class Changes(Answer):
    items: list[Happened]
    cursor: str
    more: bool


@route.get("/changes", needs=Action.VIEW, asks=Asked, gives=Changes, refuses=(410,))
def changes(asked: Asked) -> Response:
    """Follow what happens to your customers' agreements.

    Every event once, in the order of `seq`, which has no gaps. Begin without `after`, then always ask with the `cursor`
    of the last answer; while `more` is true there are further events already. With `wait` the answer is held for up to
    so many seconds until there is news. When too many wait already, the answer comes at once with `Retry-After`. A
    cursor that the feed does not know is answered with 410, and `data` holds the oldest one that can be followed.
    Numbers are given per confirming partner; an indirect reseller has no feed of its own.
    """
    act, size = caller(), min(asked.size or MOST, MOST)
    rules = rules_of(feed.owner(act))
    found = feed.page(act, asked.after, size, rules)
    if found["items"] or not asked.wait:
        return answers.of(found)
    with waiting.place() as free:
        if not free:
            answer = answers.of(found)
            answer.headers["Retry-After"] = "1"
            return answer
        waiting.for_news(feed.owner(act), int(found["cursor"]), asked.wait)
    return answers.of(feed.page(act, asked.after, size, rules))


class Which(Shape):
    agreement_type: Kind = AgreementType.MCA


class Counts(Answer):
    """How many agreements are in each of the five states, and altogether."""

    agreement_type: str
    states: dict[str, int]
    total: int
    attributes: Attributes


@route.get("/acceptances/counts", needs=Action.VIEW, asks=Which, gives=Counts)
def counted(asked: Which) -> dict[str, Any]:
    """Count your agreements by state.

    Counted as events get their numbers in the feed, which takes a moment after they were written.
    """
    found = counts.of(caller(), asked.agreement_type)
    shown = {"agreementType": asked.agreement_type, "states": found, "total": found.pop("total")}
    return shown | {"attributes": {"objectType": "AcceptanceCounts"}}
