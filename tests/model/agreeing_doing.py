"""Each action as the edges do it: through the caller's own view of things, by the real command, with sound input."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

from app.commands import attestations, customers, disputes, drafts, invitations, orders
from app.commands.drafts import Prepare
from app.commands.orders import Line
from app.core.act import Act
from app.core.gate import Decision, decide
from app.core.permissions import Action
from app.core.policy import Cell
from app.core.refusals import Reason, Refused
from app.core.vocabulary import Operation, PartnerType, PurchaseKind
from app.db import db
from app.models import Dispute, Draft, Invitation, Machine, Partner, Relationship
from app.queries import scope, subjects
from tests.model.agreeing_begun import invite, newest, stranger
from tests.model.agreeing_lives import Place
from tests.model.agreeing_people import TOM

PURCHASE = Cell(Operation.NEW_PURCHASE)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside did not happen."""
    inside = db.session.begin_nested()
    try:
        yield
    finally:
        inside.rollback()
        db.session.expire_all()


def outcome(action: Action, act: Act, place: Place) -> str | None:
    """The word with which the command refuses, None when it succeeds."""
    whole = replace(act, at=place.now, on_behalf_of=TOM if act.service else None)
    try:
        DOING[action](whole, place)
        db.session.flush()
    except Refused as refused:
        return refused.reason.value
    return None


def _there(act: Act, place: Place) -> tuple[Machine, Relationship]:
    relationship = scope.relationship(act, place.customer)
    return customers.machine_for(act, relationship, place.life.kind), relationship


def _known(id: UUID | None) -> UUID:
    """Nothing can be done about what is not there."""
    if id is None:
        raise Refused(Reason.NOT_FOUND)
    return id


def _add(act: Act, place: Place) -> None:
    """The same tenant once more, through the caller where that is a reseller."""
    partner = db.session.get_one(Partner, place.partner)
    through = act.partner_type is PartnerType.RESELLER
    reseller = db.session.get_one(Partner, act.partner_id) if through else None
    customers.add_customer(act, partner, place.profile, reseller)


def _invite(act: Act, place: Place) -> None:
    invite(act, *_there(act, place), place.rules)


def _revoke(act: Act, place: Place) -> None:
    machine, _ = _there(act, place)
    asked = db.session.get_one(Invitation, _known(newest(Invitation, machine.id)))
    invitations.revoke(act, machine, asked)


def _attest(act: Act, place: Place) -> None:
    attestations.attest(act, *_there(act, place), stranger(), act.at, place.rules)


def _submit(act: Act, place: Place) -> None:
    drafts.submit(act, *_there(act, place), Prepare(stranger(), act.at), place.rules)


def _approve(act: Act, place: Place) -> None:
    draft, relationship = scope.draft(act, _known(newest(Draft, place.machine)))
    drafts.approve(act, draft, relationship, place.rules)


def _give_back(act: Act, place: Place) -> None:
    draft, _ = scope.draft(act, _known(newest(Draft, place.machine)))
    drafts.give_back(act, draft, "Who is Nils?")


def _withdraw(act: Act, place: Place) -> None:
    machine, _ = _there(act, place)
    attestations.withdraw(act, machine, "They changed their mind.")


def _purchase(act: Act, place: Place) -> None:
    _, relationship = _there(act, place)
    customers.record_purchase(act, relationship, PurchaseKind.OFFER, act.at.date())


def _order(act: Act, place: Place) -> None:
    known = subjects.of(act, place.customer, act.at)
    lines = [Line.parse("031C9E47-4802-4248-838E-778FB1D2CC05", 1)]
    placed = orders.place(act, known.subject, known.relationship, lines, PURCHASE, place.rules)
    if isinstance(placed, Decision):
        said = decide(known.subject, PURCHASE, act.at, place.rules)
        assert (placed.verdict, placed.reason, placed.missing) == (said.verdict, said.reason, said.missing)
        raise Refused(placed.reason or Reason.AGREEMENT_REQUIRED)


def _dispute(act: Act, place: Place) -> None:
    machine, _ = _there(act, place)
    disputes.open_dispute(act, machine, "Nobody here agreed.")


def _close(act: Act, place: Place) -> None:
    dispute = scope.dispute(act, _known(newest(Dispute, place.machine)))
    disputes.close_dispute(act, dispute, "They did, on paper.", upheld=False)


DOING: dict[Action, Callable[[Act, Place], None]] = {
    Action.ADD_CUSTOMER: _add,
    Action.INVITE: _invite,
    Action.REVOKE: _revoke,
    Action.ATTEST: _attest,
    Action.SUBMIT_DRAFT: _submit,
    Action.APPROVE_DRAFT: _approve,
    Action.RETURN_DRAFT: _give_back,
    Action.WITHDRAW: _withdraw,
    Action.RECORD_PURCHASE: _purchase,
    Action.PLACE_ORDER: _order,
    Action.OPEN_DISPUTE: _dispute,
    Action.CLOSE_DISPUTE: _close,
}
