"""The invited person is not the one to ask and names who is: that person is invited in its place."""

from sqlalchemy import select

from app.commands import invitations
from app.commands.owing import owe
from app.commands.portal import count
from app.core import contact as text
from app.core.act import Act
from app.core.carrying import Delivery
from app.core.contact import Contact, mailbox
from app.core.lifecycle import INVITATION_CLOSED
from app.core.policy import Rulebook
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import ActorKind, Counted, InvitationStatus, Method, Owed, TaskKind
from app.db import db, new_id
from app.models import Invitation, Machine, Relationship, Task

LONGEST_CHAIN = 3
# The same request: where the person named is, nobody has said.
SAME = (
    *("partner_id", "machine_id", "kind", "language", "dap", "invited_by", "expires_at"),
    *("subject", "text", "html", "reminders"),
)
KNOWN_BY = (Method.EMAIL_CODE, Method.PASSWORD)


def pass_on(
    act: Act,
    machine: Machine,
    relationship: Relationship,
    invitation: Invitation,
    to: Contact,
    reason: str,
    rules: Rulebook,
) -> Invitation:
    """Only the identified person does this; the named one gets the same invitation, for the time that is left."""
    refuse_if(act.kind is not ActorKind.CUSTOMER or act.method not in KNOWN_BY, Reason.NOT_SIGNED_IN)
    closed = INVITATION_CLOSED.get(invitation.status)
    if closed or act.at >= invitation.expires_at:
        raise Refused(closed or Reason.INVITATION_EXPIRED)
    refuse_if(mailbox(to.email) == mailbox(invitation.email), Reason.SAME_MAILBOX)
    refuse_if(_hands(invitation) >= LONGEST_CHAIN, Reason.HANDED_ON_TOO_OFTEN)
    reason = text.line(reason, "reason", required=False, limit=1000)
    count(act, Counted.HAND_OVER, str(machine.id))
    named = _named(act, invitation, to)
    invitations.pose(act, machine, relationship, named, rules, {"reason": reason})
    db.session.add(named)
    _tell_partner(act, machine, invitation, named)
    db.session.flush()
    return named


def _hands(invitation: Invitation) -> int:
    """Through how many hands it went before."""
    found, before = 0, invitation.handed_from
    while before and found < LONGEST_CHAIN:
        found += 1
        before = db.session.scalar(select(Invitation.handed_from).where(Invitation.id == before))
    return found


def _named(act: Act, invitation: Invitation, to: Contact) -> Invitation:
    return Invitation(
        id=new_id(),
        generation=1,
        status=InvitationStatus.OPEN,
        delivery=Delivery.QUEUED,
        first_name=to.first_name,
        last_name=to.last_name,
        email=to.email,
        phone=to.phone,
        created_at=act.at,
        handed_from=invitation.id,
        **{name: getattr(invitation, name) for name in SAME},
    )


def _tell_partner(act: Act, machine: Machine, former: Invitation, named: Invitation) -> None:
    payload = {"machine": str(machine.id), "invitation": str(former.id), "named": str(named.id)}
    said = payload | {"record": machine.number}
    owe(act, Owed.HANDED_OVER, machine.partner_id, f"{Owed.HANDED_OVER}:{named.id}", said)
    task = Task(partner_id=machine.partner_id, machine_id=machine.id, kind=TaskKind.HANDED_OVER, created_at=act.at)
    task.assignee_id = former.invited_by
    db.session.add(task)


def successor(invitation: Invitation) -> Invitation | None:
    """Whom the contact of this one has named."""
    held = (Invitation.machine_id == invitation.machine_id, Invitation.handed_from == invitation.id)
    return db.session.scalar(select(Invitation).where(*held).limit(1))
