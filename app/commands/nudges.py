"""Bring an open invitation to mind now, because somebody of the staff says so: at most once a day."""

from datetime import datetime, timedelta

from app.commands.history import suppressed
from app.commands.owing import owe
from app.commands.reminding import NEVER_CAME
from app.core.act import Act
from app.core.carrying import Delivery
from app.core.lifecycle import State
from app.core.permissions import Action, require
from app.core.refusals import Reason, Refused
from app.core.vocabulary import InvitationStatus, Owed
from app.db import db
from app.models import Invitation, Machine

PAUSE = timedelta(days=1)


def objection(at: datetime, state: State, invitation: Invitation | None, unwanted: bool) -> Reason | None:
    """Why its contact is not reminded now; `unwanted`: the mailbox is not to be written to."""
    if invitation is None or invitation.status is not InvitationStatus.OPEN or at >= invitation.expires_at:
        return Reason.NOTHING_TO_REMIND
    if unwanted:
        return Reason.CONTACT_SUPPRESSED
    if state is not State.INVITED or invitation.delivery in (*NEVER_CAME, Delivery.QUEUED):
        return Reason.NOTHING_TO_REMIND
    if invitation.stopped_at:
        return Reason.REMINDERS_STOPPED
    recent = invitation.reminded_at is not None and at < invitation.reminded_at + PAUSE
    return Reason.REMINDED_ALREADY if recent else None


def nudge(act: Act, machine: Machine, invitation: Invitation) -> None:
    """One reminder; those that are planned come as they would have come."""
    require(act, Action.INVITE)
    # The agreement first, as every event does it: taken in another order, two of them can lock each other out.
    db.session.refresh(machine, with_for_update=True)
    db.session.refresh(invitation, with_for_update=True)
    word = objection(act.at, machine.state, invitation, suppressed(machine.partner_id, invitation.email))
    if word:
        raise Refused(word)
    invitation.reminded += 1
    invitation.reminded_at = act.at
    payload = {
        "machine": str(machine.id),
        "invitation": str(invitation.id),
        "generation": invitation.generation,
        "number": invitation.reminded,
    }
    dedupe = f"{Owed.REMINDER}:{invitation.id}:{invitation.generation}:by-hand-{invitation.reminded}"
    owe(act, Owed.REMINDER, invitation.partner_id, dedupe, payload, to=invitation.email)
    db.session.flush()
