"""What systems elsewhere report by webhook, and what we do about it: one table of scheme and event."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import exists, select

from app.commands import acceptances, customers, deliveries
from app.commands.invitations import open_invitation
from app.core.act import Act
from app.core.arrivals import Told, given
from app.core.hooks import SigningScheme
from app.core.policy import Rulebook
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import AgreementType, Owed, PurchaseKind, RelationshipState, TaskKind
from app.db import db
from app.models import Invitation, Machine, Outbox, OutboxArchive, Relationship, Task

# Answers the agreement it was about, if any.
Command = Callable[[Act, Told, Rulebook], Machine | None]

# Mails to the invited person; the others go to the partner's own people.
TO_CUSTOMERS = (Owed.INVITATION, Owed.SIGN_IN_CODE)


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
    machine, invitation, newest = _mail(act, told)
    if invitation and newest:
        deliveries.mark_delivered(act, invitation)
    return machine


def _bounced(act: Act, told: Told, _rules: Rulebook) -> Machine | None:
    machine, invitation, newest = _mail(act, told)
    permanent = told.flag("permanent", default=True)
    if invitation and permanent and newest is not False:
        deliveries.bounce(act, invitation, invitation.machine)
    return machine


def _complained(act: Act, told: Told, _rules: Rulebook) -> Machine | None:
    machine, invitation, _ = _mail(act, told)
    if invitation:
        deliveries.complain(act, invitation, invitation.machine)
    return machine


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
    for find in (_agreement, _agreement_at_vendor, _mail):
        try:
            return find(act, told)[0]
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


def _mail(act: Act, told: Told) -> tuple[Machine | None, Invitation | None, bool | None]:
    """The agreement that a mail of ours was about, if any, and the invitation, if it went to the invited person.

    And whether it is the invitation's newest mail, or None for one that carried no invitation.
    """
    row = _row(act, told)
    if row is None:
        invitation = _own(act, given(told.id("invitationId"), "messageId"))
        return invitation.machine, invitation, True
    if row.kind not in TO_CUSTOMERS:
        about = row.payload.get("machine")
        return db.session.get_one(Machine, UUID(about)) if about else None, None, None
    invitation = _own(act, UUID(row.payload["invitation"]))
    return invitation.machine, invitation, row.id == invitation.mail_id if row.kind is Owed.INVITATION else None


def _own(act: Act, id: UUID) -> Invitation:
    found = db.session.get(Invitation, id)
    if found is None or found.partner_id != act.partner_id:
        raise Refused(Reason.NOT_FOUND, what="invitation")
    return found


def _row(act: Act, told: Told) -> Outbox | OutboxArchive | None:
    """What owed the mail of a given Message-ID, still at hand or finished."""
    id = told.mail("messageId")
    if id is None:
        return None
    row = db.session.get(Outbox, id) or db.session.get(OutboxArchive, id)
    name = str(told.text("messageId", 320)).strip("<>").lower()
    if row is None or row.partner_id != act.partner_id or (row.message_id or "").strip("<>").lower() != name:
        raise Refused(Reason.NOT_FOUND, what="message")
    return row


def ask_once(act: Act, kind: TaskKind, machine: Machine | None, note: str, *, same: bool = False) -> None:
    """One task at a time says so, however often it is told; with `same`, one for each thing that is said."""
    about = {"partner_id": act.partner_id, "machine_id": machine.id if machine else None, "kind": kind}
    held = [getattr(Task, name) == value for name, value in about.items()] + ([Task.note == note] if same else [])
    if not db.session.scalar(select(exists().where(*held, Task.closed_at.is_(None)))):
        db.session.add(Task(note=note, created_at=act.at, **about))
