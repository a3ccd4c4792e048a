"""Mails to the partner's own people: what happened at a customer, and what they have to do about it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.hooks import Disabling
from app.core.lifecycle import State
from app.core.mails import Mailbox, MailFacts
from app.core.vocabulary import DisputeStatus, DraftStatus, InvitationStatus, Role
from app.db import db
from app.models import Dispute, Draft, Invitation, Partner, Record, SealedValue, WebhookEndpoint
from app.outbox import Claimed
from app.queries.around import Around, contact, inviter, words
from app.queries.colleagues import colleague, mailboxes


def to_partner(
    row: Claimed, known: Any, context: Around, to: Sequence[Mailbox], partner: UUID | None = None, **more: Any
) -> MailFacts | None:
    """To the partner's own people, in their language; nobody is left to be told where there is nobody."""
    if not to:
        return None
    more.setdefault("words", words(known))
    return MailFacts(
        owed=row.kind,
        folder=row.kind.value,
        language=context.language(partner or known.partner_id),
        to=tuple(to),
        partner=known.partner,
        agreement=known.agreement_type,
        **more,
    )


def responsible(known: Any) -> Sequence[Mailbox]:
    """Who invited, if that person is still there; else the partner's admin agents."""
    who = inviter(known) if hasattr(known, "inviter_email") else None
    return (who,) if who else mailboxes(known.partner_id)


def blocked(row: Claimed, known: Any, context: Around) -> MailFacts | None:
    if known.state is not State.BLOCKED or not row.payload.get("invitation"):
        return None
    return to_partner(row, known, context, responsible(known))


def declined(row: Claimed, known: Any, context: Around) -> MailFacts | None:
    if known.status is not InvitationStatus.DECLINED:
        return None
    said = words(known) | {"reason": _reason(row)}
    return to_partner(row, known, context, responsible(known), words=said)


def handed_over(row: Claimed, known: Any, context: Around) -> MailFacts | None:
    """The person who was asked named another, who has been asked instead."""
    newer = db.session.get(Invitation, UUID(row.payload["named"]))
    if newer is None:
        return None
    named = contact(newer)
    said = words(known) | {"named": named.name, "named_email": named.email, "reason": _reason(row)}
    return to_partner(row, known, context, responsible(known), words=said)


def draft_returned(row: Claimed, known: Any, context: Around) -> MailFacts | None:
    draft = db.session.get(Draft, UUID(row.payload["draft"]))
    if draft is None or draft.status is not DraftStatus.RETURNED:
        return None
    preparer = colleague(draft.preparer_id)
    said = words(known) | {"reason": draft.reason, "decided_by": draft.decided_by, "draft_id": str(draft.id)}
    to = (preparer,) if preparer else mailboxes(draft.from_partner_id)
    return to_partner(row, known, context, to, draft.from_partner_id, words=said)


def disputed(row: Claimed, known: Any, context: Around) -> MailFacts | None:
    open_one = (Dispute.machine_id == known.machine_id, Dispute.status == DisputeStatus.OPEN)
    dispute = db.session.scalar(select(Dispute).where(*open_one))
    if dispute is None:
        return None
    owner = colleague(dispute.owner_id)
    said = {"reason": dispute.reason, "opened_by": dispute.opened_by, "dispute_id": str(dispute.id)}
    to = (owner,) if owner else mailboxes(known.partner_id)
    return to_partner(row, known, context, to, words=words(known) | said, days={"due_on": dispute.due_at})


def endpoint_disabled(row: Claimed, _known: Any, context: Around) -> MailFacts | None:
    """The partner's own doing is no news to it, and one that works again needs no mail."""
    end = db.session.get(WebhookEndpoint, UUID(row.payload["endpoint"]))
    partner = db.session.get(Partner, row.partner_id)
    to = mailboxes(row.partner_id, Role.GLOBAL_ADMIN) or mailboxes(row.partner_id)
    if end is None or partner is None or end.disabled_why in (None, Disabling.BY_HAND) or not to:
        return None
    return MailFacts(
        owed=row.kind,
        folder=row.kind.value,
        language=context.language(row.partner_id),
        to=to,
        partner=partner.name,
        words={"about": end.url, "endpoint_id": str(end.id), "why": end.disabled_why},
        days={"since": end.failing_since or end.disabled_at or row.created_at},
    )


def _reason(row: Claimed) -> str | None:
    """What the customer gave as its reason, if anything."""
    return db.session.scalar(
        select(SealedValue.value)
        .join(Record, Record.id == SealedValue.record_id)
        .where(
            Record.machine_id == UUID(row.payload["machine"]),
            Record.number == row.payload["record"],
            SealedValue.name == "reason",
        )
    )
