"""One-time links to first passwords: who may look, and whether there is still something to see."""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from app.core.codes import TWICE

# For so long after its code a browser may ask for the password.
IDENTIFIED = timedelta(minutes=30)


class Link(Protocol):
    session: UUID | None
    identified_at: datetime | None
    expires_at: datetime
    revealed_at: datetime | None


class Account(Protocol):
    first_password: bytes | None
    disabled_at: datetime | None


def identified(at: datetime, row: Link, session: UUID | None) -> bool:
    return (
        row.session is not None
        and row.session == session
        and row.identified_at is not None
        and at - row.identified_at < IDENTIFIED
    )


def shows(at: datetime, row: Link, user: Account) -> bool:
    """Whether there is, at this moment, a password behind the link for whoever is identified."""
    if user.first_password is None or user.disabled_at is not None:
        return False
    if row.revealed_at is not None:
        return abs(at - row.revealed_at) < TWICE  # of two processes the clocks differ a little
    return at < row.expires_at
