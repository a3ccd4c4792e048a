"""Orders: the gate is asked; when it says no, the page names who can change that and offers it at once."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.commands import orders
from app.commands.invitations import open_invitation
from app.core import contact as text
from app.core.gate import Decision, decide
from app.core.lifecycle import Event
from app.core.permissions import Action
from app.core.policy import Cell, Rulebook
from app.core.refusals import Reason, Refused
from app.core.steps import can_invite
from app.core.vocabulary import Channel, Operation, Owner
from app.db import new_id, transaction
from app.errors import answer
from app.installation import installation
from app.queries import decisions, purchases, rulebooks, scope, subjects
from app.queries.subjects import Known
from app.tongue import N_, gettext
from app.web.dashboard import confirming, page, shell
from app.web.dashboard.confirming import ROOM_FOR_FILES
from app.web.pages import rule_words, words
from app.web.pages.forms import line
from app.web.pages.routes import act

# What the owner of the next step has to do.
MOVES: dict[Action | Event, str] = {
    Event.ACCEPT: N_("It has to answer the invitation that was sent to it."),
    Action.INVITE: N_("Invite the customer to accept."),
    Action.ATTEST: N_("Ask the customer, then confirm here that it agrees."),
    Action.SUBMIT_DRAFT: N_("Ask the customer, then prepare a confirmation that somebody else decides."),
    Action.APPROVE_DRAFT: N_("A confirmation is prepared: approve it or return it."),
    Action.ADD_CUSTOMER: N_("The relationship was removed: add the customer again."),
}
OPERATIONS = (Operation.NEW_PURCHASE, Operation.SEAT_CHANGE, Operation.RENEWAL)


@dataclass(frozen=True)
class Wish:
    """The order as it was typed."""

    line: orders.Line
    operation: Operation
    # The form's own: sent again as it was, it means the same order; with something else in it, another one.
    form: UUID | None

    @property
    def cell(self) -> Cell:
        return Cell(self.operation, Channel.DASHBOARD, offer=self.line.offer)

    @property
    def id(self) -> UUID | None:
        said = f"{self.line.offer} {self.line.quantity} {self.operation}"
        return uuid5(self.form, said) if self.form else None

    @property
    def typed(self) -> dict[str, Any]:
        said = {"offer_id": self.line.offer, "quantity": str(self.line.quantity), "operation": self.operation.value}
        return said | ({"form_id": str(self.form)} if self.form else {})


def wished() -> Wish:
    offer = text.line(line("offer_id"), "offerId")
    quantity, operation = line("quantity"), line("operation") or Operation.NEW_PURCHASE
    if not (quantity.isascii() and quantity.isdigit() and len(quantity) < 11 and 0 < int(quantity) < 2**31):
        raise Refused(Reason.MISSING_FIELD, field="quantity")
    if operation not in OPERATIONS:
        raise Refused(Reason.MISSING_FIELD, field="operation")
    return Wish(orders.Line.parse(offer, int(quantity)), Operation(operation), text.uuid(line("form_id")))


@page.get("/customers/<uuid:customer_id>/order", needs=Action.PLACE_ORDER)
def order(customer_id: UUID) -> ResponseReturnValue:
    known = subjects.of(act(), customer_id, act().at)
    decision = decide(known.subject, Cell(Operation.NEW_PURCHASE, Channel.DASHBOARD), act().at, _rules(known))
    operations = [(one.value, words.label(one)) for one in OPERATIONS]
    found = {"known": known, "decision": decision, "operations": operations, "fresh": new_id()}
    return render_template("dashboard/order/form.html", **found)


@page.post("/customers/<uuid:customer_id>/order", needs=Action.PLACE_ORDER, again=order)
def place_order(customer_id: UUID) -> ResponseReturnValue:
    wish = wished()
    with transaction():
        placed = _place(customer_id, wish)
    if isinstance(placed, Decision):
        return denied(customer_id), answer(Refused(placed.reason or Reason.AGREEMENT_REQUIRED)).status
    return redirect(url_for("dashboard.placed_order", customer_id=customer_id, order_id=placed), 303)


def denied(customer_id: UUID) -> str:
    """Whose word it is, by which rules, whose move; and every way out there is."""
    wish = wished()
    known = subjects.of(act(), customer_id, act().at)
    decision, step = decisions.answer(known, wish.cell, act().at, _rules(known))
    facts: dict[str, Any] = {"known": known, "wish": wish, "decision": decision, "step": step, "said": rule_words}
    facts |= {"today": act().at.date(), "now": act().at, "what": None, "invitation": None, "dead_end": False}
    facts["mover"] = _mover(known, step.owner) if step else None
    facts["move"] = gettext(MOVES[step.action]) if step else None
    if decision.reason is Reason.AGREEMENT_REQUIRED and decision.missing:
        what = confirming.asked(customer_id, decision.missing)
        case = known.case(decision.missing, act().at, what.rules)
        facts |= {
            "what": what,
            "invitation": open_invitation(what.machine),
            "dead_end": case.dead_end or not can_invite(case),
        }
    return render_template("dashboard/order/denied.html", **facts)


@page.post("/customers/<uuid:customer_id>/order/confirm", needs=Action.PLACE_ORDER, again=denied, room=ROOM_FOR_FILES)
def confirm_order(customer_id: UUID) -> ResponseReturnValue:
    """Save the confirmation and go on with the order as it was typed."""
    wish = wished()
    with transaction():
        what = confirming.asked(customer_id, confirming.kind_asked())
        placed: UUID | Decision | None = orders.placed(what.relationship, wish.id)
        draft = None if placed else confirming.confirm(what)
        placed = placed if placed or draft else _place(customer_id, wish)
    if isinstance(placed, UUID):
        shell.told(gettext("Your word is on record, and the order is placed."))
        return redirect(url_for("dashboard.placed_order", customer_id=customer_id, order_id=placed), 303)
    handed_in = gettext("What you ordered stands below: place it once the draft is approved.")
    kept = gettext("Your word is on record, but something else stands in the way of the order: place it to see what.")
    shell.told(f"{confirming.decided_by(what)} {handed_in}" if draft else kept)
    return redirect(url_for("dashboard.order", customer_id=customer_id, **wish.typed), 303)


@page.get("/customers/<uuid:customer_id>/orders/<uuid:order_id>", needs=Action.PLACE_ORDER)
def placed_order(customer_id: UUID, order_id: UUID) -> ResponseReturnValue:
    relationship = scope.relationship(act(), customer_id)
    lines = purchases.order(relationship, order_id)
    return render_template("dashboard/order/placed.html", relationship=relationship, lines=lines, order_id=order_id)


def _mover(known: Known, owner: Owner) -> str:
    """Whoever has to act, by name where the page knows it."""
    names = {Owner.CUSTOMER: known.relationship.company, Owner.RESELLER: words.label(owner)}
    return names.get(owner, known.partner.name)


def _place(customer_id: UUID, wish: Wish) -> UUID | Decision:
    known = subjects.of(act(), customer_id, act().at)
    there, rules = orders.placed(known.relationship, wish.id), _rules(known)
    return there or orders.place(act(), known.subject, known.relationship, [wish.line], wish.cell, rules, wish.id)


def _rules(known: Known) -> Rulebook:
    return rulebooks.of(installation().rules, known.partner.id)
