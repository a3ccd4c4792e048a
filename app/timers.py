"""Deadlines: rows that fall due and look again at the state before they do anything."""

from collections.abc import Callable
from uuid import UUID

from app.commands import invitations, reminding, reveals
from app.core.act import Act
from app.core.carrying import Outcome
from app.core.refusals import Reason, Refused
from app.core.vocabulary import Owed
from app.db import db
from app.installation import installation
from app.models import Invitation, Machine, Reveal
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


def remind(act: Act, row: Claimed) -> Outcome:
    """The contact is written to again, unless that has become pointless or must wait for the day."""
    return reminding.remind(act, row.payload, installation().rules.reminding)


def wipe_first_password(act: Act, row: Claimed) -> Outcome:
    """The password behind a one-time link goes when it was shown, and when nobody came for it."""
    link = db.session.get(Reveal, UUID(row.payload["reveal"]))
    return Outcome.DONE if link and reveals.expire(act, link) else Outcome.NOT_NEEDED


TIMERS: dict[Owed, Callable[[Act, Claimed], Outcome]] = {
    Owed.INVITATION_EXPIRY: expire_invitation,
    Owed.INVITATION_REMINDING: remind,
    Owed.REVEAL_EXPIRY: wipe_first_password,
}
