"""What becomes of a mail after a relay took it, told by a webhook or by a message that came back."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from app.commands import credentials, deliveries
from app.commands.deliveries import reported
from app.core.act import Act
from app.core.arrivals import MAIL
from app.core.refusals import Reason, refuse_if
from app.core.returned import Fate, Returned, dead
from app.core.vocabulary import ActorKind, Owed
from app.db import db
from app.models import Invitation, Machine, Outbox, OutboxArchive

# Mails to the invited person about the invitation; what else there is goes elsewhere, or says nothing of it.
TO_INVITED = (Owed.INVITATION, Owed.REMINDER, Owed.EXPIRY_WARNING, Owed.SIGN_IN_CODE)
Row = Outbox | OutboxArchive


@dataclass(frozen=True)
class Mail:
    """The agreement that a mail of ours was about, if any, and the invitation, if it went to the invited person.

    And whether it is the invitation's newest mail, or None for one that carried no invitation.
    """

    row: Row | None
    machine: Machine | None
    invitation: Invitation | None = None
    newest: bool | None = None


def mail_of(row: Row) -> Mail:
    about, invited = row.payload.get("machine"), row.payload.get("invitation")
    if row.kind not in TO_INVITED or not invited:
        return Mail(row, db.session.get_one(Machine, UUID(about)) if about else None)
    invitation = db.session.get_one(Invitation, UUID(invited))
    newest = row.id == invitation.mail_id if row.kind is Owed.INVITATION else None
    return Mail(row, invitation.machine, invitation, newest)


def row_of(id: UUID) -> Row | None:
    """What owed a mail, still at hand or finished."""
    return db.session.get(Outbox, id) or db.session.get(OutboxArchive, id)


def is_called(row: Row, message_id: str) -> bool:
    return (row.message_id or "").strip("<>").lower() == message_id.strip("<>").lower()


def delivered(act: Act, mail: Mail) -> None:
    reported(act)
    if mail.invitation and mail.newest:
        deliveries.mark_delivered(act, mail.invitation)


def bounced(act: Act, mail: Mail, status: str = "", said: str = "") -> None:
    reported(act)
    if isinstance(mail.row, OutboxArchive) and (not status or dead(status)):
        mail.row.bounced_at = mail.row.bounced_at or act.at
    if isinstance(mail.row, OutboxArchive) and (said or status):
        mail.row.answer = said or status  # the last word on it, after the relay's thanks
    if mail.row and mail.row.kind is Owed.CREDENTIALS:
        gone = not status or dead(status)
        credentials.undelivered(act, mail.row.payload, said or status or "sent back", gone=gone)
    if mail.invitation and mail.newest is not False:
        deliveries.bounce(act, mail.invitation, mail.invitation.machine, status, said)


def complained(act: Act, mail: Mail) -> None:
    reported(act)
    if mail.invitation:
        deliveries.complain(act, mail.invitation, mail.invitation.machine)


FOLLOWS: dict[Fate, Callable[[Act, Mail, Returned], None]] = {
    Fate.BOUNCED: lambda act, mail, told: bounced(act, mail, told.status or "5.0.0", told.diagnostic),
    Fate.COMPLAINED: lambda act, mail, told: complained(act, mail),
    Fate.DELIVERED: lambda act, mail, told: delivered(act, mail),
    Fate.DELAYED: lambda act, mail, told: None,
}


def take(act: Act, told: Returned) -> Mail | None:
    """Do what a message that came back gives reason to; None where it is about no mail of ours."""
    refuse_if(act.kind is not ActorKind.SYSTEM, Reason.ROLE_NOT_ALLOWED)
    row = _named(told)
    if row is None or told.fate not in FOLLOWS:
        return None
    mail = mail_of(row)
    FOLLOWS[told.fate](act, mail, told)
    return mail


def _named(told: Returned) -> Row | None:
    """By its envelope sender, which nobody can make up; else by the whole of its Message-ID."""
    if told.row:
        return row_of(told.row)
    found = MAIL.fullmatch(told.message_id or "")
    row = row_of(UUID(found["id"])) if found else None
    return row if row and is_called(row, told.message_id or "") else None
