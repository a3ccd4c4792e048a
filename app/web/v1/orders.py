"""Orders on the vendor's route: what the gate denies is refused with the vendor's own code and the way out."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.commands import orders
from app.core.evidence import stamp
from app.core.gate import Decision, Verdict
from app.core.permissions import Action
from app.core.policy import Cell
from app.core.refusals import Reason, Refused
from app.core.steps import Step
from app.core.vocabulary import Operation
from app.queries import decisions, subjects
from app.queries.subjects import Known
from app.web.v1.callers import caller, rules_of, url
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Line, Shape, whole
from app.web.v1.statuses import Attributes


class OrderLine(Shape):
    offer_id: Line
    quantity: Annotated[int, whole(1, 2**31 - 1)]


class NewOrder(Shape):
    line_items: list[OrderLine] = Field(min_length=1, max_length=orders.MOST_LINES)
    billing_cycle: Line | None = None


class LineShown(Answer):
    line_item_number: int
    offer_id: str
    quantity: int


class OrderShown(Answer):
    id: str
    reference_customer_id: str
    billing_cycle: str | None = None
    line_items: list[LineShown]
    creation_date: str
    status: str
    attributes: Attributes


@route.post(
    "/customers/{customerId}/orders",
    needs=Action.PLACE_ORDER,
    takes=NewOrder,
    gives=OrderShown,
    status=201,
    vendors=True,
)
def order(customer_id: UUID, given: NewOrder) -> dict[str, Any]:
    """Place an order: the gate decides line by line, and nothing is ordered unless all of it may be.

    Refused as 403 with code 13605 where no agreement counts; `next` then says who has to do what.
    """
    act = caller()
    lines = [orders.Line(line.offer_id, line.quantity) for line in given.line_items]
    known = subjects.of(act, customer_id, act.at)
    rules = rules_of(known.partner.id)
    placed = orders.place(act, known.subject, known.relationship, lines, Cell(Operation.NEW_PURCHASE), rules)
    if isinstance(placed, Decision):
        raise _refused(placed, known, decisions.step_for(known, placed, act.at, rules))
    cycle = {"billingCycle": given.billing_cycle} if given.billing_cycle else {}
    return {
        "id": str(placed),
        "referenceCustomerId": str(customer_id),
        **cycle,
        "lineItems": [
            {"lineItemNumber": number, "offerId": line.offer, "quantity": line.quantity}
            for number, line in enumerate(lines)
        ],
        "creationDate": stamp(act.at),
        "status": "completed",
        "attributes": {"objectType": "Order"},
    }


def _refused(decision: Decision, known: Known, step: Step | None) -> Refused:
    """The decision as the refusal of an order."""
    reason = decision.reason or Reason.AGREEMENT_REQUIRED
    if decision.verdict is Verdict.UNKNOWN:
        return Refused(reason)
    about = {
        "agreement": decision.missing,
        "cloud": known.subject.cloud,
        "words": f"{step.action} (by the {step.owner})" if step else "ask the operator of this installation",
        "next": decisions.step_json(step, known.relationship.customer_id, url),
        "data": [rule.id for rule in decision.rules],
    }
    return Refused(reason, **about)
