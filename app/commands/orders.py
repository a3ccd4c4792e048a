"""Orders: the gate is asked for every line; an order that may be placed becomes purchase history."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from sqlalchemy import select

from app.core import contact as text
from app.core.act import Act
from app.core.gate import Decision, Subject, Verdict, decide
from app.core.permissions import Action, require
from app.core.policy import Cell, Rulebook
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import PurchaseKind
from app.db import db, new_id
from app.models import Purchase, Relationship

MOST_LINES = 200


@dataclass(frozen=True)
class Line:
    offer: str
    quantity: int

    @classmethod
    def parse(cls, offer: object, quantity: object) -> "Line":
        id = text.line(offer if isinstance(offer, str) else None, "offerId")
        whole = isinstance(quantity, int) and not isinstance(quantity, bool) and 0 < quantity < 2**31
        refuse_if(not whole, Reason.INVALID_VALUE, field="quantity (a whole number from 1)")
        return cls(id, quantity if isinstance(quantity, int) else 0)


def placed(relationship: Relationship, order: UUID | None) -> UUID | None:
    """The order, where it was placed already: a form that is sent twice orders once."""
    if order is None:
        return None
    own = (Purchase.partner_id == relationship.partner_id, Purchase.customer_id == relationship.customer_id)
    return db.session.scalar(select(Purchase.order_id).where(*own, Purchase.order_id == order).limit(1))


def place(
    act: Act,
    subject: Subject,
    relationship: Relationship,
    lines: Sequence[Line],
    cell: Cell,
    rules: Rulebook,
    named: UUID | None = None,
) -> UUID | Decision:
    """The order's id, which may be `named` beforehand, or the decision that keeps it from being placed."""
    require(act, Action.PLACE_ORDER)
    refuse_if(not 0 < len(lines) <= MOST_LINES, Reason.MISSING_FIELD, field=f"lineItems (1 to {MOST_LINES})")
    for line in lines:
        decision = decide(subject, Cell(cell.operation, cell.channel, cell.environment, line.offer), act.at, rules)
        if decision.verdict is not Verdict.ALLOW:
            return decision
    order = named or new_id()
    for number, line in enumerate(lines):
        offer = rules.policy.offer(line.offer)
        purchase = Purchase(
            # Of two who place the same order at once one finds its line there.
            id=uuid5(named, f"{relationship.id} {number}") if named else new_id(),
            partner_id=relationship.partner_id,
            customer_id=relationship.customer_id,
            kind=offer.kind if offer else PurchaseKind.OFFER,
            bought_on=act.at.date(),
            order_id=order,
            offer_id=line.offer,
            quantity=line.quantity,
            created_at=act.at,
        )
        db.session.add(purchase)
    return order
