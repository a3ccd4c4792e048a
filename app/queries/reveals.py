"""Open one-time links to first passwords, as mails need them; a password leaves here only as it is kept, sealed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select

from app.db import db
from app.models import CustomerUser, Reveal


@dataclass(frozen=True)
class Opening:
    """A link that works now, of the mailbox `email` alone: mail to another one must not carry it."""

    id: UUID
    generation: int
    expires_at: datetime
    email: str
    user_name: str
    first_password: bytes | None = field(repr=False)


def open_of(machine_ids: Sequence[UUID], now: datetime) -> dict[UUID, Opening]:
    """Machine id → its open link; a machine without one is not in it."""
    query = (
        select(
            *(Reveal.machine_id, Reveal.id, Reveal.generation, Reveal.expires_at, Reveal.email),
            *(CustomerUser.user_name, CustomerUser.first_password),
        )
        .join_from(Reveal, CustomerUser, CustomerUser.id == Reveal.customer_user_id)
        .where(Reveal.machine_id.in_(machine_ids), *holds(now))
        .order_by(Reveal.id)
    )
    return {row.machine_id: Opening(*row[1:]) for row in db.session.execute(query)}


def holds(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Neither used nor over, of an account that can still be signed in to with its first password."""
    return (
        Reveal.revealed_at.is_(None),
        Reveal.expires_at > now,
        CustomerUser.first_password.is_not(None),
        CustomerUser.disabled_at.is_(None),
    )
