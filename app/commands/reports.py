"""What systems elsewhere report by webhook, and what we do about it: one table of scheme and event."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select

from app.commands import acceptances, customers, returns
from app.commands.invitations import open_invitation
from app.commands.returns import Mail
from app.commands.tasks import ask_once
from app.core.act import Act
from app.core.arrivals import Told, given
from app.core.hooks import SigningScheme
from app.core.policy import Rulebook
from app.core.refusals import Reason, Refused, refuse_if
from app.core.returned import status_in
from app.core.vocabulary import AgreementType, PurchaseKind, RelationshipState, TaskKind
from app.db import db
from app.models import Invitation, Machine, Relationship

# Answers the agreement it was about, if any.
Command = Callable[[Act, Told, Rulebook], Machine | None]


def _accepted(act: Act, told: Told, rules: Rulebook) -> Machine:
    machine, relationship = _agreement(act, told, _kind(told))
    person = {name: told.text(name) for name in ("firstName", "lastName")} | {"email": told.email("email")}
    agreed_at = told.moment("dateAgreed") or act.at
    invitation = _named(told, machine) or open_invitation(machine)
    acceptances.accept_elsewhere(act, machine, relationship, invitation, agreed_at, person, rules)
    return machine


def _blocked(act: Act, told: Told, _rules: Rulebook) -> Machine:
    machine, _ = _agreement(act, told, _kind(told))
    acceptances.report_refusal(act, machine, given(told.number("scenario"), "scenario"))
    return machine


def _related(act: Act, told: Told, _rules: Rulebook) -> Machine:
    machine, relationship = _agreement(act, told)
    customers.activate(act, relationship)
    return machine


def _related_at_vendor(act: Act, told: Told, _rules: Rulebook) -> Machine:
    machine, relationship = _agreement_at_vendor(act, told)
    customers.activate(act, relationship)
    return machine


def _purchased(act: Act, told: Told, _rules: Rulebook) -> Machine:
    """History that keeps the customer from accepting by itself is acted upon at once."""
    machine, relationship = _agreement(act, told)
    bought_on = (told.moment("date") or act.at).date()
    customers.record_purchase(act, relationship, told.word("kind", PurchaseKind, PurchaseKind.OFFER), bought_on)
    if acceptances.is_barred(machine) and relationship.state is not RelationshipState.REMOVED:
        acceptances.block(act, machine, open_invitation(machine))
    return machine


def _order_refused(act: Act, told: Told, _rules: Rulebook) -> Machine:
    machine, _ = _agreement(act, told)
    offer, code = told.label("offerId"), told.label("code")
    said = " ".join([f"an order for {offer}" if offer else "an order", "was refused", f"({code})" if code else ""])
    ask_once(act, TaskKind.ORDER_REFUSED, machine, said.rstrip())
    return machine


def _delivered(act: Act, told: Told, _rules: Rulebook) -> Machine | None:
    mail = _mail(act, told)
    returns.delivered(act, mail)
    return mail.machine


def _bounced(act: Act, told: Told, _rules: Rulebook) -> Machine | None:
    mail, status = _mail(act, told), told.label("status") or ""
    refuse_if(bool(status and status_in(status) != status), Reason.INVALID_VALUE, field="status")
    if told.flag("permanent", default=True):
        returns.bounced(act, mail, status)
    return mail.machine


def _complained(act: Act, told: Told, _rules: Rulebook) -> Machine | None:
    mail = _mail(act, told)
    returns.complained(act, mail)
    return mail.machine


def _template_published(act: Act, told: Told, _rules: Rulebook) -> None:
    template = told.label("templateId")
    said = f"template {template} has a new version" if template else "an agreement has a new version"
    ask_once(act, TaskKind.TEMPLATE_PUBLISHED, None, f"{said}: have the operator run `assent catalogue publish`")


def _tested(_act: Act, _told: Told, _rules: Rulebook) -> None:
    """The vendor only tries whether we are there."""


STANDARD, VENDOR = SigningScheme.STANDARD, SigningScheme.VENDOR
COMMANDS: dict[tuple[SigningScheme, str], Command] = {
    (STANDARD, "agreement.accepted"): _accepted,
    (STANDARD, "agreement.blocked"): _blocked,
    (STANDARD, "relationship.accepted"): _related,
    (STANDARD, "customer.purchased"): _purchased,
    (STANDARD, "order.refused"): _order_refused,
    (STANDARD, "email.delivered"): _delivered,
    (STANDARD, "email.bounced"): _bounced,
    (STANDARD, "email.complained"): _complained,
    (STANDARD, "template.published"): _template_published,
    (VENDOR, "reseller-relationship-accepted-by-customer"): _related_at_vendor,
    (VENDOR, "indirect-reseller-relationship-accepted-by-customer"): _related_at_vendor,
    (VENDOR, "test-created"): _tested,
}


def machine_about(act: Act, told: Told) -> Machine | None:
    """The agreement that a report is about, as far as that can be told."""
    finds: tuple[Callable[[], Machine | None], ...] = (
        lambda: _agreement(act, told)[0],
        lambda: _agreement_at_vendor(act, told)[0],
        lambda: _mail(act, told).machine,
    )
    for find in finds:
        try:
            return find()
        except Refused:
            continue
    return None


def _kind(told: Told) -> AgreementType:
    return told.word("agreementType", AgreementType, AgreementType.MCA)


def _agreement(act: Act, told: Told, kind: AgreementType = AgreementType.MCA) -> tuple[Machine, Relationship]:
    return _of_customer(act, given(told.id("customerId"), "customerId"), kind)


def _agreement_at_vendor(act: Act, told: Told) -> tuple[Machine, Relationship]:
    return _of_customer(act, given(told.customer("ResourceUri"), "ResourceUri"), AgreementType.MCA)


def _of_customer(act: Act, id: UUID, kind: AgreementType) -> tuple[Machine, Relationship]:
    """The source speaks to one partner about that partner's customers; unknown and foreign ids are alike not there."""
    own = select(Relationship).where(Relationship.partner_id == act.partner_id, Relationship.customer_id == id)
    relationship = db.session.scalar(own)
    if relationship is None:
        raise Refused(Reason.NOT_FOUND, what="customer id")
    machine = customers.machine_of(relationship, kind)
    if machine is None:
        raise Refused(Reason.NOT_FOUND, what="agreement")
    return machine, relationship


def _named(told: Told, machine: Machine) -> Invitation | None:
    """The invitation a report names: this agreement's, or none."""
    id = told.id("invitationId")
    found = db.session.get(Invitation, id) if id else None
    refuse_if(id is not None and (found is None or found.machine_id != machine.id), Reason.NOT_FOUND, what="invitation")
    return found


def _mail(act: Act, told: Told) -> Mail:
    """The mail that a report names, or that of the invitation."""
    id = told.mail("messageId")
    if id is None:
        invitation = _own(act, given(told.id("invitationId"), "messageId"))
        newest = returns.row_of(invitation.mail_id) if invitation.mail_id else None
        return Mail(newest, invitation.machine, invitation, True)
    row = returns.row_of(id)
    if row is None or row.partner_id != act.partner_id or not returns.is_called(row, told.text("messageId", 320) or ""):
        raise Refused(Reason.NOT_FOUND, what="message")
    return returns.mail_of(row)


def _own(act: Act, id: UUID) -> Invitation:
    found = db.session.get(Invitation, id)
    if found is None or found.partner_id != act.partner_id:
        raise Refused(Reason.NOT_FOUND, what="invitation")
    return found
