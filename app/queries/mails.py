"""Gather what owed mails must say, many at once; a mail that has become pointless has no facts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.core.hooks import Disabling
from app.core.lifecycle import State
from app.core.links import LinkFacts
from app.core.mails import Challenge, Letter, Mailbox, MailFacts, Notice
from app.core.vocabulary import InvitationKind, InvitationStatus, Owed, Role
from app.db import db
from app.models import (
    RELATED,
    CustomerUser,
    Invitation,
    Machine,
    Partner,
    PortalSession,
    Relationship,
    RoleGrant,
    Staff,
    WebhookEndpoint,
)
from app.outbox import Claimed

Reseller = aliased(Partner)


def load(rows: Sequence[Claimed], now: datetime) -> dict[UUID, Letter | None]:
    """Row id → facts, or None when the mail is no longer needed."""
    around = _invitations([UUID(row.payload["invitation"]) for row in rows if row.payload.get("invitation")])
    found: dict[UUID, Letter | None] = {}
    for row in rows:
        if row.kind is Owed.ENDPOINT_DISABLED:
            found[row.id] = _endpoint_disabled(row)
            continue
        known = around.get(UUID(row.payload["invitation"])) if row.payload.get("invitation") else None
        found[row.id] = KINDS[row.kind](row, known, now) if known else None
    return found


# Columns, not entities: a worker reads them for every mail, and objects would cost it more than the sending.
KNOWN = (
    *(Invitation.id, Invitation.generation, Invitation.kind, Invitation.status, Invitation.dap, Invitation.expires_at),
    *(Invitation.first_name, Invitation.last_name, Invitation.email, Invitation.mail_id),
    *(Machine.state, Machine.customer_id, Machine.partner_id, Machine.reseller_id),
    Relationship.company,
    Partner.name.label("partner"),
    Reseller.name.label("reseller"),
    Reseller.mpn_id.label("reseller_mpn"),
    Staff.name.label("inviter_name"),
    Staff.email.label("inviter_email"),
)


def _invitations(ids: Sequence[UUID]) -> dict[UUID, Any]:
    result = db.session.execute(
        select(*KNOWN)
        .join_from(Invitation, Machine, Machine.id == Invitation.machine_id)
        .join(Relationship, RELATED)
        .join(Partner, Partner.id == Machine.partner_id)
        .outerjoin(Reseller, Reseller.id == Machine.reseller_id)
        .outerjoin(Staff, (Staff.id == Invitation.invited_by) & Staff.disabled_at.is_(None))
        .where(Invitation.id.in_(ids))
    )
    return {row.id: row for row in result}


def _facts(owed: Owed, known: Any, to: tuple[Mailbox, ...], **more: Any) -> MailFacts:
    return MailFacts(
        owed=owed,
        to=to,
        reply_to=Mailbox(known.inviter_name, known.inviter_email) if known.inviter_email else None,
        partner=known.partner,
        company=known.company,
        invitation=known.id,
        generation=known.generation,
        kind=known.kind,
        link=LinkFacts(known.kind, known.partner_id, known.reseller_id, known.reseller_mpn, known.dap),
        expires_at=known.expires_at,
        reseller=known.reseller,
        customer_id=known.customer_id,
        contact=_contact(known),
        **more,
    )


def _contact(known: Any) -> Mailbox:
    return Mailbox(f"{known.first_name} {known.last_name}", known.email)


def _invitation(row: Claimed, known: Any, now: datetime) -> MailFacts | None:
    if known.status is not InvitationStatus.OPEN or now >= known.expires_at:
        return None
    if known.state is not State.INVITED or known.mail_id not in (None, row.id):
        return None  # answered, or another mail was asked for since
    user = _user_name(known.customer_id) if known.kind is InvitationKind.NEW_CUSTOMER else None
    return _facts(Owed.INVITATION, known, (_contact(known),), user_name=user)


def preview(id: UUID) -> MailFacts:
    """What the mail of an invitation says, whatever has become of it."""
    known = _invitations([id])[id]
    user = _user_name(known.customer_id) if known.kind is InvitationKind.NEW_CUSTOMER else None
    return _facts(Owed.INVITATION, known, (_contact(known),), user_name=user)


def _user_name(customer_id: UUID) -> str | None:
    """The account that was made with the tenant, while somebody can still sign in with it."""
    return db.session.scalar(
        select(CustomerUser.user_name)
        .where(CustomerUser.customer_id == customer_id, CustomerUser.disabled_at.is_(None))
        .order_by(CustomerUser.created_at)
        .limit(1)
    )


def _sign_in_code(row: Claimed, known: Any, now: datetime) -> MailFacts | None:
    number = int(row.payload["number"])
    session = db.session.get(PortalSession, UUID(row.payload["session"]))
    if session is None or session.replaced_by or session.code_number != number:
        return None
    if session.code_expires_at is None or now >= session.code_expires_at:
        return None
    return _facts(Owed.SIGN_IN_CODE, known, (_contact(known),), challenge=Challenge(session.id, number))


def _blocked(row: Claimed, known: Any, now: datetime) -> MailFacts | None:
    if known.state is not State.BLOCKED:
        return None
    if known.inviter_email:
        return _facts(Owed.BLOCKED, known, (Mailbox(known.inviter_name, known.inviter_email),))
    to = tuple(Mailbox(person.name, person.email) for person in agents(known.partner_id))
    return _facts(Owed.BLOCKED, known, to) if to else None


def _endpoint_disabled(row: Claimed) -> Notice | None:
    """The partner's own doing is no news to it, and one that works again needs no mail."""
    end, partner = (
        db.session.get(WebhookEndpoint, UUID(row.payload["endpoint"])),
        db.session.get(Partner, row.partner_id),
    )
    to = tuple(Mailbox(person.name, person.email) for person in agents(row.partner_id, Role.GLOBAL_ADMIN))
    to = to or tuple(Mailbox(person.name, person.email) for person in agents(row.partner_id))
    if end is None or partner is None or end.disabled_why in (None, Disabling.BY_HAND) or not to:
        return None
    why, since = end.disabled_why or "", end.failing_since or end.disabled_at or row.created_at
    return Notice(Owed.ENDPOINT_DISABLED, to, partner.name, end.url, end.id, why, since)


def agents(partner_id: UUID, role: Role = Role.ADMIN_AGENT) -> list[Staff]:
    """Who is told when nobody in particular is responsible: the partner's admin agents, or those of another role."""
    return list(
        db.session.scalars(
            select(Staff)
            .join(RoleGrant, RoleGrant.staff_id == Staff.id)
            .where(
                Staff.partner_id == partner_id,
                Staff.disabled_at.is_(None),
                RoleGrant.role == role,
            )
            .order_by(Staff.email)
            .limit(10)
        )
    )


KINDS = {Owed.INVITATION: _invitation, Owed.SIGN_IN_CODE: _sign_in_code, Owed.BLOCKED: _blocked}
