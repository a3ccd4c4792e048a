"""A one-time link to a first password: prove the mailbox it went to, show the password once, wipe it."""

import uuid
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.commands import portal
from app.commands.credentials import wipe_at
from app.core.act import Act
from app.core.codes import TWICE
from app.core.refusals import Reason, refuse_if
from app.core.revealing import identified, shows
from app.db import db
from app.models import CustomerUser, Reveal


def ask_code(act: Act, row: Reveal) -> UUID:
    """Owe a code to the link's mailbox; answers what the browser that asked is known by from now on, it alone."""
    db.session.refresh(row, with_for_update=True)
    portal.next_code(act, row, str(row.id))
    row.session, row.identified_at = uuid.uuid4(), None
    payload = {
        "reveal": str(row.id),
        "machine": str(row.machine_id),
        "session": str(row.session),
        "number": row.code_number,
    }
    portal.owe_code(act, row.partner_id, payload)
    return row.session


def try_code(act: Act, row: Reveal, session: UUID, key: bytes, given: str) -> bool:
    """The same rules as at the portal; a right code that is sent twice is right twice."""
    if row.session != session:
        return False
    if portal.try_code(act, row, key, given):
        row.identified_at, row.code_expires_at = act.at, None
    return identified(act.at, row, session)


def reveal(act: Act, row: Reveal, session: UUID | None) -> CustomerUser:
    """The account with its first password, this once; for a moment more for a form that the same browser sent twice."""
    db.session.refresh(row, with_for_update=True)
    user = db.session.get_one(CustomerUser, row.customer_user_id, populate_existing=True)
    refuse_if(not shows(act.at, row, user), Reason.INVITATION_REVOKED)
    known = identified(act.at, row, session)
    if row.revealed_at is None:
        refuse_if(not known, Reason.NOT_SIGNED_IN)
        row.revealed_at = act.at
        wipe_at(act, row, act.at + TWICE)
    refuse_if(not known, Reason.INVITATION_REVOKED)
    return user


def expire(act: Act, row: Reveal) -> bool:
    """The clock's: the password goes with the last link to it that can still show it."""
    user = db.session.get_one(CustomerUser, row.customer_user_id, with_for_update=True, populate_existing=True)
    links = db.session.scalars(select(Reveal).where(Reveal.customer_user_id == user.id))
    if user.first_password is None or any(_can_show(act.at, link) for link in links):
        return False
    user.first_password = None
    return True


def _can_show(at: datetime, row: Reveal) -> bool:
    return at < (row.revealed_at + TWICE if row.revealed_at else row.expires_at)
