"""Who at the partner is told."""

from uuid import UUID

from sqlalchemy import select

from app.core.mails import Mailbox
from app.core.vocabulary import Role
from app.db import db
from app.models import RoleGrant, Staff


def mailboxes(partner_id: UUID, role: Role = Role.ADMIN_AGENT) -> tuple[Mailbox, ...]:
    return tuple(Mailbox(person.name, person.email) for person in agents(partner_id, role))


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


def colleague(id: UUID | None) -> Mailbox | None:
    """A member of the staff who is still there."""
    found = db.session.get(Staff, id) if id else None
    return Mailbox(found.name, found.email) if found and found.disabled_at is None else None
