"""Gather what owed mails must say, many at once; a mail that has become pointless has no facts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.mails import MailFacts
from app.core.vocabulary import Owed
from app.db import database_now, db
from app.outbox import Claimed
from app.queries import around, asking, notices, openings, recorded
from app.queries.around import Around

KINDS: dict[Owed, Callable[[Claimed, Any, Around], MailFacts | None]] = {
    Owed.INVITATION: asking.invitation,
    Owed.REMINDER: asking.reminder,
    Owed.EXPIRY_WARNING: asking.reminder,
    Owed.SIGN_IN_CODE: openings.sign_in_code,
    Owed.CREDENTIALS: openings.credentials,
    Owed.ACCEPTED: recorded.accepted,
    Owed.ACCEPTED_PARTNER: recorded.accepted,
    Owed.ATTESTED: recorded.attested,
    Owed.BLOCKED: notices.blocked,
    Owed.DECLINED: notices.declined,
    Owed.HANDED_OVER: notices.handed_over,
    Owed.DRAFT_RETURNED: notices.draft_returned,
    Owed.DISPUTED: notices.disputed,
    Owed.ENDPOINT_DISABLED: notices.endpoint_disabled,
}


def load(rows: Sequence[Claimed], now: datetime) -> dict[UUID, MailFacts | None]:
    """Row id → facts, or None when the mail is no longer needed."""
    context = around.gather(rows, now)
    found: dict[UUID, MailFacts | None] = {}
    for row in rows:
        known = context.of(row)
        pointless = row.payload.get("machine") and (known is None or context.unwanted(row.kind, known))
        found[row.id] = None if pointless else KINDS[row.kind](row, known, context)
    return found


def preview(id: UUID, owed: Owed = Owed.INVITATION) -> MailFacts:
    """What a mail of an invitation says, whatever has become of it; to its readers no first password is shown."""
    context = around.about(around.invitations([id]), {}, (), database_now(db.session()))
    found = asking.asking(owed, context.invitations[id], context)
    return replace(found, revealed=replace(found.revealed, sealed=None)) if found.revealed else found
