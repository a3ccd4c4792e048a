"""Gather what owed mails must say, many at once; a mail that has become pointless has no facts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.core.lifecycle import State
from app.core.links import LinkFacts
from app.core.mails import Challenge, Mailbox, MailFacts
from app.core.vocabulary import InvitationKind, InvitationStatus, Owed, Role
from app.db import db
from app.models import (
    CustomerUser,
    Invitation,
    Machine,
    Partner,
    PortalSession,
    Relationship,
    RoleGrant,
    Staff,
)
from app.outbox import Claimed

Reseller = aliased(Partner)


def load(rows: Sequence[Claimed], now: datetime) -> dict[UUID, MailFacts | None]:
    """Row id → facts, or None when the mail is no longer needed."""
    around = _invitations([UUID(row.payload["invitation"]) for row in rows if row.payload.get("invitation")])
    found: dict[UUID, MailFacts | None] = {}
    for row in rows:
        known = around.get(UUID(row.payload["invitation"])) if row.payload.get("invitation") else None
        found[row.id] = KINDS[row.kind](row, known, now) if known else None
    return found


def _invitations(ids: Sequence[UUID]) -> dict[UUID, Any]:
    result = db.session.execute(
        select(Invitation, Machine, Relationship, Partner, Reseller, Staff)
        .join(Machine, Machine.id == Invitation.machine_id)
        .join(
            Relationship,
            (Relationship.partner_id == Machine.partner_id) & (Relationship.customer_id == Machine.customer_id),
        )
        .join(Partner, Partner.id == Machine.partner_id)
        .outerjoin(Reseller, Reseller.id == Machine.reseller_id)
        .outerjoin(Staff, Staff.id == Invitation.invited_by)
        .where(Invitation.id.in_(ids))
    )
    return {row[0].id: row for row in result}


def _facts(owed: Owed, known: Any, to: tuple[Mailbox, ...], **more: Any) -> MailFacts:
    invitation, machine, relationship, partner, reseller, inviter = known
    return MailFacts(
        owed=owed,
        to=to,
        reply_to=Mailbox(inviter.name, inviter.email) if inviter and not inviter.disabled_at else None,
        partner=partner.name,
        company=relationship.company,
        invitation=invitation.id,
        generation=invitation.generation,
        kind=invitation.kind,
        link=LinkFacts(
            invitation.kind,
            partner.id,
            reseller.id if reseller else None,
            reseller.mpn_id if reseller else None,
            invitation.dap,
        ),
        expires_at=invitation.expires_at,
        reseller=reseller.name if reseller else None,
        customer_id=machine.customer_id,
        contact=Mailbox(invitation.contact.name, invitation.email),
        **more,
    )


def _invitation(row: Claimed, known: Any, now: datetime) -> MailFacts | None:
    invitation, machine = known[0], known[1]
    if invitation.status is not InvitationStatus.OPEN or now >= invitation.expires_at:
        return None
    if machine.state is not State.INVITED:
        return None
    user = None
    if invitation.kind is InvitationKind.NEW_CUSTOMER:
        user = db.session.scalar(
            select(CustomerUser.user_name).where(CustomerUser.customer_id == machine.customer_id).limit(1)
        )
    to = Mailbox(invitation.contact.name, invitation.email)
    return _facts(Owed.INVITATION, known, (to,), user_name=user)


def _sign_in_code(row: Claimed, known: Any, now: datetime) -> MailFacts | None:
    invitation, number = known[0], int(row.payload["number"])
    session = db.session.get(PortalSession, UUID(row.payload["session"]))
    if session is None or session.code_number != number:
        return None
    if session.code_expires_at is None or now >= session.code_expires_at:
        return None
    to = Mailbox(invitation.contact.name, invitation.email)
    return _facts(Owed.SIGN_IN_CODE, known, (to,), challenge=Challenge(session.id, number))


def _blocked(row: Claimed, known: Any, now: datetime) -> MailFacts | None:
    machine, inviter = known[1], known[5]
    if machine.state is not State.BLOCKED:
        return None
    people = [inviter] if inviter and not inviter.disabled_at else agents(machine.partner_id)
    to = tuple(Mailbox(person.name, person.email) for person in people)
    return _facts(Owed.BLOCKED, known, to) if to else None


def agents(partner_id: UUID) -> list[Staff]:
    """Who is told when nobody in particular is responsible: the partner's admin agents."""
    return list(
        db.session.scalars(
            select(Staff)
            .join(RoleGrant, RoleGrant.staff_id == Staff.id)
            .where(
                Staff.partner_id == partner_id,
                Staff.disabled_at.is_(None),
                RoleGrant.role == Role.ADMIN_AGENT,
            )
            .order_by(Staff.email)
            .limit(10)
        )
    )


KINDS = {Owed.INVITATION: _invitation, Owed.SIGN_IN_CODE: _sign_in_code, Owed.BLOCKED: _blocked}
