"""Deadlines: rows that fall due and look again at the state before they do anything."""

from collections.abc import Callable
from uuid import UUID

from app.commands import invitations
from app.core.act import Act
from app.core.refusals import Reason, Refused
from app.core.vocabulary import Outcome, Owed
from app.db import db
from app.models import Invitation, Machine
from app.outbox import Claimed


def expire_invitation(act: Act, row: Claimed) -> Outcome:
    """The invitation lapses if nobody answered it, took it back or asked anew in the meantime."""
    invitation = db.session.get(Invitation, UUID(row.payload["invitation"]))
    machine = db.session.get(Machine, UUID(row.payload["machine"]))
    if invitation is None or machine is None:
        return Outcome.NOT_NEEDED
    try:
        invitations.expire(act, machine, invitation)
    except Refused as refused:
        if refused.reason is Reason.CHANGED_MEANWHILE:
            raise
        return Outcome.NOT_NEEDED
    return Outcome.DONE


TIMERS: dict[Owed, Callable[[Act, Claimed], Outcome]] = {Owed.INVITATION_EXPIRY: expire_invitation}
