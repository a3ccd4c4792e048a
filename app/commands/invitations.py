"""Invite, and end an invitation without an answer: resend, revoke, expire."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from app.commands.firing import Says, fire
from app.commands.history import renewal_due, scenario, staff_mailboxes, suppressed
from app.core.act import Act
from app.core.contact import Contact, is_partners_own
from app.core.facts import InviteFacts, LapseFacts
from app.core.lifecycle import Event, State
from app.core.permissions import Action, require
from app.core.policy import Rulebook
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import Delivery, InvitationKind, InvitationStatus, RelationshipState
from app.db import db, new_id
from app.models import Invitation, Machine, Relationship, Staff

DEFAULT_DAYS = 30


@dataclass(frozen=True)
class Ask:
    """What to ask, of whom, in which language, for how long."""

    kind: InvitationKind
    contact: Contact
    language: str
    inviter: Staff | None = None
    expires_in_days: int = DEFAULT_DAYS
    dap: bool = False
    force: bool = False


def invite(act: Act, machine: Machine, relationship: Relationship, ask: Ask, rules: Rulebook) -> Invitation:
    """Ask the customer; a former open invitation gives way. With purchases on record only `force` sends it."""
    require(act, Action.INVITE)
    refuse_if(not 1 <= ask.expires_in_days <= 365, Reason.INVALID_VALUE, field="expiresInDays (1 to 365)")
    advise(machine, ask.force)
    terms = rules.terms(machine.agreement_type, act.at)
    address = ask.contact.email
    facts = InviteFacts(
        related=relationship.state is not RelationshipState.REMOVED,
        suppressed=suppressed(machine.partner_id, address),
        contact_is_partner=is_partners_own(address, staff_mailboxes(machine.partner_id, machine.reseller_id)),
        cloud=relationship.customer.cloud,
        direct_route_open=rules.direct_route_open(act.at, machine.agreement_type),
        on_offer=rules.recordable(machine.agreement_type, act.at),
        reconfirmation_due=renewal_due(machine, relationship.country, act.at, rules),
    )
    invitation = _invitation(act, machine, ask)
    former = open_invitation(machine)
    says = Says(
        clear={
            "templateId": terms.template_id,
            "version": terms.version,
            "country": relationship.country,
            "language": ask.language,
            "invitation": str(invitation.id),
            "kind": ask.kind,
            "supersedes": str(former.id) if former else None,
        },
        personal=ask.contact.personal(),
    )
    # The machine's row first, as every event does it: taken in another order, two of them can lock each other out.
    fire(machine, Event.INVITE, act, facts, says, invitation)
    if former:
        former.status = InvitationStatus.REVOKED
        db.session.flush()
    db.session.add(invitation)
    db.session.flush()
    return invitation


def advise(machine: Machine, force: bool) -> int | None:
    """The route advisor: with prior purchases and nothing on record, direct acceptance dead-ends."""
    number = None if machine.on_record else scenario(machine)
    refuse_if(number is not None and not force, Reason.DIRECT_ACCEPTANCE_UNAVAILABLE, scenario=number)
    return number


def _invitation(act: Act, machine: Machine, ask: Ask) -> Invitation:
    return Invitation(
        id=new_id(),
        partner_id=machine.partner_id,
        machine_id=machine.id,
        kind=ask.kind,
        generation=1,
        status=InvitationStatus.OPEN,
        delivery=Delivery.QUEUED,
        first_name=ask.contact.first_name,
        last_name=ask.contact.last_name,
        email=ask.contact.email,
        phone=ask.contact.phone,
        language=ask.language,
        dap=ask.dap,
        invited_by=ask.inviter.id if ask.inviter else None,
        created_at=act.at,
        expires_at=act.at + timedelta(days=ask.expires_in_days),
    )


def open_invitation(machine: Machine) -> Invitation | None:
    return db.session.scalar(
        select(Invitation).where(Invitation.machine_id == machine.id, Invitation.status == InvitationStatus.OPEN)
    )


def close(machine: Machine, status: InvitationStatus) -> None:
    """End the machine's open invitation, if there is one; its link dies with it."""
    invitation = open_invitation(machine)
    if invitation:
        invitation.status = status


def revoke(act: Act, machine: Machine, invitation: Invitation) -> None:
    require(act, Action.REVOKE)
    _end(act, machine, invitation, InvitationStatus.REVOKED)


def expire(act: Act, machine: Machine, invitation: Invitation) -> None:
    """The clock's move: only what is still open and past its date lapses."""
    refuse_if(invitation.status is not InvitationStatus.OPEN or act.at < invitation.expires_at, Reason.NOT_DUE)
    _end(act, machine, invitation, InvitationStatus.EXPIRED)


def _end(act: Act, machine: Machine, invitation: Invitation, status: InvitationStatus) -> None:
    refuse_if(invitation.status is not InvitationStatus.OPEN, Reason.INVITATION_USED)
    invitation.status = status
    if machine.state is State.INVITED:
        says = Says(clear={"invitation": str(invitation.id), "reason": status})
        fire(machine, Event.LAPSE, act, LapseFacts(due=True), says, invitation)
