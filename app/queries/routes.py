"""Relays that refuse our mail: which, since when, until when."""

from datetime import datetime

from sqlalchemy import func, select

from app.db import database_now, db
from app.models import MailRoute


def closed() -> dict[str, bool]:
    """Relays that refused us and have taken nothing since, and whether they are closed now: nearly always none."""
    found = db.session.execute(select(MailRoute.name, MailRoute.paused_until)).all()
    now = database_now(db.session()) if found else None
    return {name: now is not None and until > now for name, until in found}


def opens(now: datetime) -> datetime | None:
    """When the first closed relay is tried again."""
    return db.session.scalar(select(func.min(MailRoute.paused_until)).where(MailRoute.paused_until > now))


def refusing(now: datetime) -> list[MailRoute]:
    """The closed ones, with what they said."""
    return list(db.session.scalars(select(MailRoute).where(MailRoute.paused_until > now).order_by(MailRoute.name)))
