"""What is said of a customer's past: that it no longer agrees, and what it bought elsewhere."""

from typing import Any
from uuid import UUID

from app.commands import attestations, customers
from app.core.permissions import Action
from app.core.vocabulary import AgreementType, PurchaseKind
from app.queries import scope
from app.queries.status import status
from app.web.v1.callers import caller, rules_of
from app.web.v1.routes import route
from app.web.v1.shape import Kind, Moment, Shape, Text
from app.web.v1.statuses import Status


class NewWithdrawal(Shape):
    reason: Text
    agreement_type: Kind = AgreementType.MCA


class NewPurchase(Shape):
    """`date`: the day it was bought, in UTC; not in the future."""

    kind: PurchaseKind
    date: Moment


@route.post("/customers/{customerId}/withdrawals", needs=Action.WITHDRAW, takes=NewWithdrawal, gives=Status, status=201)
def withdraw(customer_id: UUID, given: NewWithdrawal) -> dict[str, Any]:
    """Withdraw a confirmation: the customer no longer agrees.

    The partner then owes cancelling the customer's subscriptions; a task says so.
    """
    machine, _ = scope.agreement(caller(), customer_id, given.agreement_type)
    attestations.withdraw(caller(), machine, given.reason)
    return status(machine, rules_of(machine.partner_id), caller().at)


@route.post(
    "/customers/{customerId}/purchases", needs=Action.RECORD_PURCHASE, takes=NewPurchase, gives=Status, status=201
)
def purchase(customer_id: UUID, given: NewPurchase) -> dict[str, Any]:
    """Record purchase history known from elsewhere.

    A customer that has bought before and has no acceptance on record cannot accept by itself; an auto-renewal bars
    nothing.
    """
    machine, relationship = scope.agreement(caller(), customer_id)
    customers.record_purchase(caller(), relationship, given.kind, given.date.date())
    return status(machine, rules_of(machine.partner_id), caller().at)
