"""Orders on the vendor's route: what the gate denies is refused with the vendor's own code and the way out."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from app.commands import orders
from app.commands.orders import Line
from app.core.evidence import stamp
from app.core.gate import Decision, Verdict
from app.core.policy import Cell
from app.core.refusals import Reason, Refused
from app.core.steps import Step
from app.core.vocabulary import Operation
from app.db import transaction
from app.installation import installation
from app.queries import decisions, rulebooks, subjects
from app.queries.subjects import Known
from app.web.v1 import bp, caller, url, vendors
from app.web.v1.bodies import body


@bp.post("/customers/<uuid:customer_id>/orders")
@vendors
def order(customer_id: UUID) -> ResponseReturnValue:
    """Place an order: the gate decides line by line, and nothing is ordered unless all of it may be."""
    given, act = body(), caller()
    parts = given.parts("lineItems", orders.MOST_LINES)
    lines = [Line.parse(part.raw("offerId"), part.raw("quantity")) for part in parts]
    cycle = given.text("billingCycle")
    with transaction():
        known = subjects.of(act, customer_id, act.at)
        rules = rulebooks.of(installation().rules, known.partner.id)
        placed = orders.place(act, known.subject, known.relationship, lines, Cell(Operation.NEW_PURCHASE), rules)
        if isinstance(placed, Decision):
            raise _refused(placed, known, decisions.step_for(known, placed, act.at, rules))
    answer = {
        "id": str(placed),
        "referenceCustomerId": str(customer_id),
        "billingCycle": cycle,
        "lineItems": [
            {"lineItemNumber": number, "offerId": line.offer, "quantity": line.quantity}
            for number, line in enumerate(lines)
        ],
        "creationDate": stamp(act.at),
        "status": "completed",
        "attributes": {"objectType": "Order"},
    }
    return {name: value for name, value in answer.items() if value is not None}, 201


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
