"""Mails that ask somebody for an answer: invitations, reminders of them, and the warning before their end."""

from datetime import timedelta
from typing import Any

from app.core.contact import mailbox
from app.core.languages import spoken
from app.core.lifecycle import State
from app.core.links import LinkFacts
from app.core.mails import Invited, MailFacts, Own, Revealed
from app.core.names import Kind
from app.core.vocabulary import InvitationStatus, Owed
from app.outbox import Claimed
from app.queries.around import Around, asked_for, contact, inviter, words
from app.queries.reveals import Opening

DAY = timedelta(days=1)
# A moment has its own day in every place; the one that a mail names has begun everywhere before the link ends.
WESTWARD = timedelta(hours=12)


def asking(owed: Owed, known: Any, context: Around) -> MailFacts:
    """A mail that asks the invited person for an answer."""
    language, asked = spoken(known.language), owed is Owed.INVITATION
    folder, kind = (Kind(known.kind.value).folder, known.kind) if asked else (owed.value, owed)
    opening = context.openings.get(known.machine_id)
    mine = opening if opening and mailbox(opening.email) == mailbox(known.email) else None
    left = known.expires_at - context.now
    return MailFacts(
        owed=owed,
        folder=folder,
        language=language,
        to=(contact(known),),
        partner=known.partner,
        words=words(known) | asked_for(known) | {"user_name": mine.user_name if mine else None},
        numbers={"days_left": -(-left // DAY) if left >= DAY else 0},  # what is begun counts, but for the last one
        days={"expires": known.expires_at - WESTWARD},
        reply_to=inviter(known),
        agreement=known.agreement_type,
        invited=Invited(known.id, known.generation, link(known), known.expires_at),
        revealed=_revealed(mine, known, context),
        brand=context.brand(known),
        own=_said(known) if asked and known.subject else context.own(known, kind, language),
    )


def _said(known: Any) -> Own:
    return Own(known.subject, known.text, known.html)


def link(known: Any) -> LinkFacts:
    return LinkFacts(known.kind, known.partner_id, known.reseller_id, known.reseller_mpn, known.dap)


def _revealed(opening: Opening | None, known: Any, context: Around) -> Revealed | None:
    if opening is None:
        return None
    policy = context.policies.get(known.partner_id)
    in_mail = policy is not None and policy.password_in_mail
    return Revealed(opening.id, opening.generation, opening.first_password if in_mail else None)


def _open(known: Any, context: Around) -> bool:
    alive = known.status is InvitationStatus.OPEN and context.now < known.expires_at
    return alive and known.state is State.INVITED


def invitation(row: Claimed, known: Any, context: Around) -> MailFacts | None:
    if not _open(known, context) or known.mail_id not in (None, row.id):
        return None  # answered, or another mail was asked for since
    return asking(Owed.INVITATION, known, context)


def reminder(row: Claimed, known: Any, context: Around) -> MailFacts | None:
    newer = row.payload.get("generation", known.generation) != known.generation
    newer |= row.payload.get("number", known.reminded) < known.reminded
    if not _open(known, context) or newer or known.stopped_at:
        return None
    return asking(row.kind, known, context)
