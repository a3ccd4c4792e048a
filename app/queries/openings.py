"""Mails with something that opens: sign-in codes, and one-time links to first passwords."""

from typing import Any
from uuid import UUID

from app.core import codes
from app.core.languages import spoken
from app.core.mails import Challenge, Mailbox, MailFacts, Revealed
from app.db import db
from app.models import CustomerUser, PortalSession, Reveal
from app.outbox import Claimed
from app.queries.around import Around, contact, words
from app.queries.colleagues import mailboxes

HOUR = 3600


def sign_in_code(row: Claimed, known: Any, context: Around) -> MailFacts | None:
    if row.payload.get("reveal"):
        return _reveal_code(row, known, context)
    number = int(row.payload["number"])
    session = db.session.get(PortalSession, UUID(row.payload["session"]))
    if session is None or session.replaced_by or session.code_number != number:
        return None
    if session.code_expires_at is None or context.now >= session.code_expires_at:
        return None
    return _code(row, known, context, Challenge(session.id, number), "answer", contact(known), known.language)


def _reveal_code(row: Claimed, known: Any, context: Around) -> MailFacts | None:
    number, session = int(row.payload["number"]), UUID(row.payload["session"])
    reveal = db.session.get(Reveal, UUID(row.payload["reveal"]))
    if reveal is None or (reveal.session, reveal.code_number) != (session, number):
        return None
    if reveal.code_expires_at is None or context.now >= reveal.code_expires_at:
        return None
    return _code(row, known, context, Challenge(session, number), "reveal", contact(reveal), reveal.language)


def _code(
    row: Claimed, known: Any, context: Around, challenge: Challenge, purpose: str, to: Mailbox, language: str
) -> MailFacts:
    return MailFacts(
        owed=row.kind,
        folder=row.kind.value,
        language=spoken(language),
        to=(to,),
        partner=known.partner,
        words=words(known) | {"purpose": purpose, "contact": to.name, "contact_email": to.email},
        numbers={"minutes": int(codes.LIFETIME.total_seconds()) // 60},
        challenge=challenge,
        brand=context.brand(known),
    )


def credentials(row: Claimed, known: Any, context: Around) -> MailFacts | None:
    reveal = db.session.get(Reveal, UUID(row.payload["reveal"]))
    if reveal is None or reveal.revealed_at or context.now >= reveal.expires_at:
        return None
    newer = row.payload.get("generation", reveal.generation) != reveal.generation
    user = db.session.get(CustomerUser, reveal.customer_user_id)
    if newer or user is None or user.first_password is None or user.disabled_at:
        return None
    policy, to = context.policies.get(known.partner_id), contact(reveal)
    sealed = user.first_password if policy and policy.password_in_mail else None
    left = max(1, round((reveal.expires_at - context.now).total_seconds() / HOUR))
    said = {"user_name": user.user_name, "contact": to.name, "contact_email": to.email}
    return MailFacts(
        owed=row.kind,
        folder=row.kind.value,
        language=spoken(reveal.language),
        to=(to,),
        partner=known.partner,
        words=words(known) | said,
        numbers={"hours": left},
        reply_to=next(iter(mailboxes(known.partner_id)), None),
        revealed=Revealed(reveal.id, reveal.generation, sealed),
        brand=context.brand(known),
    )
