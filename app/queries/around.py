"""What mails are about, read for many at once, in columns: a worker reads them for every mail."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import aliased

from app.core.contact import mailbox
from app.core.languages import Language
from app.core.mails import Brand, Logo, Mailbox, Own
from app.core.vocabulary import InvitationKind, Owed
from app.db import db
from app.models import (
    RELATED,
    Blob,
    Invitation,
    Machine,
    MailPolicy,
    MailTemplate,
    Partner,
    Relationship,
    Staff,
    Suppression,
)
from app.outbox import Claimed
from app.queries import reveals
from app.queries.reveals import Opening

# Nobody sits and waits for these, so a mailbox that wants none gets none.
UNASKED = (Owed.INVITATION, Owed.REMINDER, Owed.EXPIRY_WARNING, Owed.ACCEPTED, Owed.ATTESTED)
Reseller = aliased(Partner)

AGREEMENT = (
    *(Machine.id.label("machine_id"), Machine.state, Machine.customer_id, Machine.partner_id, Machine.reseller_id),
    *(Machine.agreement_type, Relationship.company),
    *(Partner.name.label("partner"), Reseller.name.label("reseller"), Reseller.mpn_id.label("reseller_mpn")),
)
INVITED = (
    *(Invitation.id, Invitation.generation, Invitation.kind, Invitation.status, Invitation.dap, Invitation.expires_at),
    *(Invitation.first_name, Invitation.last_name, Invitation.email, Invitation.language, Invitation.mail_id),
    *(Invitation.subject, Invitation.text, Invitation.html, Invitation.stopped_at, Invitation.delivery),
    Invitation.reminded,
    *(Staff.name.label("inviter_name"), Staff.email.label("inviter_email")),
)
OF_RECORD = (Relationship.first_name, Relationship.last_name, Relationship.email, Relationship.language)


def invitations(ids: Iterable[UUID]) -> dict[UUID, Any]:
    wanted = set(ids)
    if not wanted:
        return {}
    result = db.session.execute(
        select(*INVITED, *AGREEMENT)
        .join_from(Invitation, Machine, Machine.id == Invitation.machine_id)
        .join(Relationship, RELATED)
        .join(Partner, Partner.id == Machine.partner_id)
        .outerjoin(Reseller, Reseller.id == Machine.reseller_id)
        .outerjoin(Staff, (Staff.id == Invitation.invited_by) & Staff.disabled_at.is_(None))
        .where(Invitation.id.in_(wanted))
    )
    return {row.id: row for row in result}


def agreements(ids: Iterable[UUID]) -> dict[UUID, Any]:
    """The same around agreements that nobody was invited to; the person is the contact of record."""
    wanted = set(ids)
    if not wanted:
        return {}
    result = db.session.execute(
        select(*OF_RECORD, *AGREEMENT)
        .join_from(Machine, Relationship, RELATED)
        .join(Partner, Partner.id == Machine.partner_id)
        .outerjoin(Reseller, Reseller.id == Machine.reseller_id)
        .where(Machine.id.in_(wanted))
    )
    return {row.machine_id: row for row in result}


def policies(partners: Iterable[UUID]) -> dict[UUID, Any]:
    found = select(MailPolicy.__table__).where(MailPolicy.partner_id.in_(set(partners)))
    return {row.partner_id: row for row in db.session.execute(found)}


def brand(policy: Any) -> Brand:
    logo = Logo(_bytes(policy.logo_sha256), policy.logo_type, policy.logo_alt or "") if policy.logo_sha256 else None
    return Brand(policy.colour, logo)


@lru_cache(maxsize=100)
def _bytes(sha256: str) -> bytes:
    return db.session.execute(select(Blob.content).where(Blob.sha256 == sha256)).scalar_one()


def wordings(partners: Iterable[UUID]) -> dict[tuple[UUID, str, Language], Own]:
    """The partners' own words as they hold now, by partner, kind and language."""
    own = (MailTemplate.partner_id, MailTemplate.kind, MailTemplate.language)
    newest = (
        select(*own, func.max(MailTemplate.version)).where(MailTemplate.partner_id.in_(set(partners))).group_by(*own)
    )
    said = select(*own, MailTemplate.subject, MailTemplate.text, MailTemplate.html)
    found = db.session.execute(said.where(tuple_(*own, MailTemplate.version).in_(newest)))
    held = [(row, row.subject, row.text) for row in found]
    return {(r[0], r[1], r[2]): Own(subject, text, r.html) for r, subject, text in held if subject and text}


def suppressed(rows: Sequence[Any]) -> set[tuple[UUID, str]]:
    """Which partner must not write to which of these mailboxes."""
    boxes = {mailbox(row.email) for row in rows}
    if not boxes:
        return set()
    # Both columns, for the index begins with the first of them.
    held = (Suppression.partner_id.in_({row.partner_id for row in rows}), Suppression.mailbox.in_(boxes))
    found = select(Suppression.partner_id, Suppression.mailbox).where(*held)
    return {(row[0], row[1]) for row in db.session.execute(found)}


@dataclass(frozen=True)
class Around:
    """What is known around one batch of mails."""

    now: datetime
    invitations: dict[UUID, Any]
    agreements: dict[UUID, Any]
    policies: dict[UUID, Any]
    wordings: dict[tuple[UUID, str, Language], Own]
    openings: dict[UUID, Opening]
    suppressed: set[tuple[UUID, str]]

    def of(self, row: Claimed) -> Any:
        """The invitation a mail is about, with everything around it; or only the agreement."""
        invitation, machine = row.payload.get("invitation"), row.payload.get("machine")
        if invitation:
            return self.invitations.get(UUID(invitation))
        return self.agreements.get(UUID(machine)) if machine else None

    def brand(self, known: Any) -> Brand:
        """The reseller's, whom the customer deals with, or else the partner's."""
        for whose in (known.reseller_id, known.partner_id):
            policy = self.policies.get(whose) if whose else None
            if policy and (policy.colour or policy.logo_sha256):
                return brand(policy)
        return Brand()

    def own(self, known: Any, kind: str, language: Language) -> Own | None:
        return self.wordings.get((known.partner_id, kind, language))

    def language(self, partner_id: UUID) -> Language:
        """What a partner's own people read."""
        policy = self.policies.get(partner_id)
        return Language(policy.language) if policy and policy.language else Language.ENGLISH

    def unwanted(self, owed: Owed, known: Any) -> bool:
        return owed in UNASKED and (known.partner_id, mailbox(known.email)) in self.suppressed


def gather(rows: Sequence[Claimed], now: datetime) -> Around:
    named = [row.payload.get("invitation") for row in rows]
    invited = invitations(UUID(id) for id in named if id)
    machines = {row.payload.get("machine") for row in rows if not row.payload.get("invitation")}
    agreed = agreements(UUID(id) for id in machines if id)
    return about(invited, agreed, {row.partner_id for row in rows}, now)


def about(invited: dict[UUID, Any], agreed: dict[UUID, Any], partners: Collection[UUID], now: datetime) -> Around:
    """Everything else around these, and of these partners."""
    known = [*invited.values(), *agreed.values()]
    whose = {id for row in known for id in (row.partner_id, row.reseller_id) if id} | set(partners)
    new = [row.machine_id for row in invited.values() if row.kind is InvitationKind.NEW_CUSTOMER]
    return Around(
        now=now,
        invitations=invited,
        agreements=agreed,
        policies=policies(whose),
        wordings=wordings(whose),
        openings=reveals.open_of(new, now) if new else {},
        suppressed=suppressed(known),
    )


def contact(known: Any) -> Mailbox:
    return Mailbox(f"{known.first_name} {known.last_name}", known.email)


def inviter(known: Any) -> Mailbox | None:
    return Mailbox(known.inviter_name, known.inviter_email) if known.inviter_email else None


def asked_for(known: Any) -> dict[str, str | None]:
    """What an invitation asks for, as templates compare it."""
    return {"agreement_kind": known.kind.value, "dap": "yes" if known.dap else ""}


def words(known: Any) -> dict[str, str | None]:
    """What every mail about an agreement can say."""
    person = contact(known)
    return {
        "company": known.company,
        "reseller": known.reseller,
        "contact": person.name,
        "contact_email": person.email,
        "customer_id": str(known.customer_id),
    }
