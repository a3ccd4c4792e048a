"""Invite, and end an invitation without an answer: resend, revoke, expire."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from app.commands import credentials, reminding
from app.commands.customers import Profile, add_customer
from app.commands.firing import Says, append, fire
from app.commands.history import renewal_due, scenario, staff_mailboxes, suppressed
from app.commands.tasks import arrived
from app.core import wording
from app.core.act import Act
from app.core.carrying import Delivery
from app.core.contact import Contact, is_partners_own, mailbox
from app.core.facts import InviteFacts, LapseFacts
from app.core.lifecycle import INVITATION_CLOSED, Event, State
from app.core.mails import Own
from app.core.names import GRAMMARS, Kind
from app.core.permissions import Action, require
from app.core.policy import Rulebook
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import InvitationKind, InvitationStatus, Note, RelationshipState
from app.db import db, new_id
from app.models import Invitation, Machine, Partner, Relationship, Staff

DEFAULT_DAYS = 30


@dataclass(frozen=True)
class Ask:
    """What to ask, of whom, in which language, for how long; with `send` off staff hand the link over themselves."""

    kind: InvitationKind
    contact: Contact
    language: str
    inviter: Staff | None = None
    expires_in_days: int = DEFAULT_DAYS
    dap: bool = False
    force: bool = False
    send: bool = True
    # Days of its own for reminders, and where the contact is; None falls to the partner, and to the country.
    reminders: Sequence[int] | None = None
    time_zone: str | None = None
    # Words of its own, in the placeholder language.
    own: Own | None = None


def invite(act: Act, machine: Machine, relationship: Relationship, ask: Ask, rules: Rulebook) -> Invitation:
    """Ask the customer; a former open invitation gives way. With purchases on record only `force` sends it."""
    require(act, Action.INVITE)
    refuse_if(not 1 <= ask.expires_in_days <= 365, Reason.INVALID_VALUE, field="expiresInDays (1 to 365)")
    if not ask.send:
        require(act, Action.LIVE_LINK)
    if ask.own:
        wording.refuse(wording.check(ask.own, GRAMMARS[Kind(ask.kind.value)]))
    advise(machine, ask.force)
    invitation = _invitation(act, machine, ask)
    pose(act, machine, relationship, invitation, rules)
    db.session.add(invitation)
    db.session.flush()
    if not ask.send:
        hand_over(act, machine, invitation)
    return invitation


def invite_newcomer(
    act: Act, partner: Partner, reseller: Partner | None, about: Profile, ask: Ask, rules: Rulebook
) -> Invitation:
    """Ask somebody who is not our customer yet: customer and relationship come into being with the invitation."""
    require(act, Action.INVITE)
    relates = ask.kind is InvitationKind.RELATIONSHIP
    refuse_if(not relates, Reason.INVALID_VALUE, field=f"kind ({InvitationKind.RELATIONSHIP})")
    added = add_customer(act, partner, about, reseller, RelationshipState.REQUESTED)
    return invite(act, added.machine, added.relationship, ask, rules)


def resend(
    act: Act, machine: Machine, relationship: Relationship, invitation: Invitation, rules: Rulebook, force: bool = False
) -> None:
    """The same invitation once more: with another link, so that the old one dies, and its whole time before it."""
    require(act, Action.INVITE)
    closed = INVITATION_CLOSED.get(invitation.status)
    if closed and invitation.status is not InvitationStatus.EXPIRED:
        raise Refused(closed)
    advise(machine, force)
    lasts = invitation.expires_at - (invitation.renewed_at or invitation.created_at)
    invitation.renewed_at, invitation.expires_at = act.at, act.at + lasts
    invitation.generation += 1
    invitation.delivery = Delivery.QUEUED
    pose(act, machine, relationship, invitation, rules)
    invitation.status = InvitationStatus.OPEN
    db.session.flush()


def hand_over(act: Act, machine: Machine, invitation: Invitation) -> None:
    """Staff are shown the link that works: whoever saw it could have followed it, so that it goes on record."""
    require(act, Action.LIVE_LINK)
    closed = INVITATION_CLOSED.get(invitation.status)
    if closed or act.at >= invitation.expires_at:
        raise Refused(closed or Reason.INVITATION_EXPIRED)
    append(machine, Note.LINK_COPIED, machine.state, act, Says(clear={"invitation": str(invitation.id)}))
    db.session.flush()


def pose(
    act: Act,
    machine: Machine,
    relationship: Relationship,
    invitation: Invitation,
    rules: Rulebook,
    said: Mapping[str, str | None] | None = None,
) -> None:
    """Let the machine decide, and the former open invitation give way; `said` is sealed with the contact's values."""
    # Reading writes nothing: the machine's row goes first, as with every event; taken in another order, two of them
    # can lock each other out.
    with db.session.no_autoflush:
        terms = rules.terms(machine.agreement_type, act.at)
        facts = _facts(act, machine, relationship, invitation, rules)
        held = open_invitation(machine)
        reminding.begin(machine, relationship, invitation, rules.reminding)
    former = held if held is not invitation else None
    says = Says(
        clear={
            "templateId": terms.template_id,
            "version": terms.version,
            "country": relationship.country,
            "language": invitation.language,
            "invitation": str(invitation.id),
            "kind": invitation.kind,
            "supersedes": str(former.id) if former else None,
        },
        personal=invitation.contact.personal() | dict(said or {}),
    )
    fire(machine, Event.INVITE, act, facts, says, invitation)
    if former:
        former.status = InvitationStatus.REVOKED
        db.session.flush()
        if mailbox(former.email) != mailbox(invitation.email):
            credentials.end_with(act, former)
    if invitation.kind is InvitationKind.NEW_CUSTOMER:
        to = credentials.Whose(invitation.contact, invitation.language)
        if credentials.offer(act, machine, relationship, to):
            arrived(act, machine)


def _facts(
    act: Act, machine: Machine, relationship: Relationship, invitation: Invitation, rules: Rulebook
) -> InviteFacts:
    return InviteFacts(
        related=relationship.state is not RelationshipState.REMOVED,
        suppressed=suppressed(machine.partner_id, invitation.email),
        contact_is_partner=is_partners_own(invitation.email, staff_mailboxes(machine.partner_id, machine.reseller_id)),
        cloud=relationship.customer.cloud,
        direct_route_open=rules.direct_route_open(act.at, machine.agreement_type),
        on_offer=rules.recordable(machine.agreement_type, act.at),
        reconfirmation_due=renewal_due(machine, relationship.country, act.at, rules),
    )


def warnings(machine: Machine) -> list[str]:
    """What whoever asked ought to know: with purchases on record the invitation leads nowhere."""
    return [Reason.DIRECT_ACCEPTANCE_UNAVAILABLE.value] if advise(machine, force=True) else []


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
        delivery=Delivery.QUEUED if ask.send else Delivery.NOT_SENT,
        first_name=ask.contact.first_name,
        last_name=ask.contact.last_name,
        email=ask.contact.email,
        phone=ask.contact.phone,
        language=ask.language,
        dap=ask.dap,
        subject=ask.own.subject if ask.own else None,
        text=ask.own.text if ask.own else None,
        html=ask.own.html if ask.own else None,
        reminders=reminding.checked(ask.reminders),
        time_zone=reminding.zone_name(ask.time_zone),
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
    end(act, machine, invitation, InvitationStatus.REVOKED)


def expire(act: Act, machine: Machine, invitation: Invitation) -> None:
    """The clock's move: only what is still open and past its date lapses."""
    refuse_if(invitation.status is not InvitationStatus.OPEN or act.at < invitation.expires_at, Reason.NOT_DUE)
    end(act, machine, invitation, InvitationStatus.EXPIRED)


def end(act: Act, machine: Machine, invitation: Invitation, status: InvitationStatus) -> None:
    refuse_if(invitation.status is not InvitationStatus.OPEN, Reason.INVITATION_USED)
    invitation.status = status
    if machine.state is State.INVITED:
        says = Says(clear={"invitation": str(invitation.id), "reason": status})
        fire(machine, Event.LAPSE, act, LapseFacts(due=True), says, invitation)
    if status is InvitationStatus.REVOKED:
        credentials.end_with(act, invitation)
