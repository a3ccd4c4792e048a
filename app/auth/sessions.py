"""Whose browser it is, of staff: what the signed cookie names, and whether that still holds."""

import hashlib
from datetime import timedelta
from uuid import UUID

from flask import request
from flask import session as cookie
from sqlalchemy import update

from app.auth import acts
from app.auth.acts import now
from app.core.act import Act
from app.core.refusals import Reason, Refused
from app.core.vocabulary import Method
from app.db import db, transaction
from app.models import Staff, StaffSession

NAME, SEED, CSRF = "staff", "seed", "csrf_token"
ABSOLUTE = timedelta(hours=12)
IDLE = timedelta(minutes=30)
# Between the password and the second factor.
HALF = timedelta(minutes=15)
# Noted this rarely, so that reading pages is reading.
NOTED = timedelta(minutes=5)


def attach(session: StaffSession) -> None:
    """From now on this browser is at that session, and its forms bear tokens that were told nobody before."""
    forget()
    cookie.permanent = True
    cookie[NAME] = str(session.id)


def forget() -> None:
    for name in (NAME, SEED, CSRF):
        cookie.pop(name, None)


def keep_seed(staff: Staff, sealed: bytes) -> None:
    """A second factor that is being set up waits in the browser, sealed, until its first code proves it."""
    cookie[SEED] = [str(staff.id), sealed.decode()]


def kept_seed(staff: Staff) -> bytes | None:
    """What waits there, if it is this person's."""
    whose, sealed = cookie.get(SEED) or (None, "")
    return sealed.encode() if whose == str(staff.id) else None


def current() -> StaffSession | None:
    """The session of this browser, whether the second factor was shown or not; none that is over."""
    raw = cookie.get(NAME)
    row = db.session.get(StaffSession, UUID(raw)) if raw else None
    if row is None or row.ended_at is not None or row.staff.disabled_at is not None:
        return None
    at = now()
    longest = ABSOLUTE if row.verified_at else HALF
    return row if at - row.created_at < longest and at - row.seen_at < IDLE + NOTED else None


def is_live(row: StaffSession) -> bool:
    """Whether somebody could go on with it now."""
    at = now()
    over = row.ended_at is not None or row.verified_at is None
    return not over and at - row.created_at < ABSOLUTE and at - row.seen_at < IDLE + NOTED


def handle(row: StaffSession) -> str:
    """How a page names a session: its id is half a key."""
    return hashlib.sha256(row.id.bytes).hexdigest()[:16]


def signed_in() -> StaffSession:
    """The session of somebody who is signed in with all that it takes."""
    row = current()
    if row is None or row.verified_at is None:
        raise Refused(Reason.NOT_SIGNED_IN)
    if now() - row.seen_at > NOTED:
        with transaction() as session:
            session.execute(update(StaffSession).where(StaffSession.id == row.id).values(seen_at=now()))
    return row


def act(session: StaffSession) -> Act:
    """That person, with the roles held now."""
    return acts.of(session.staff, Method(session.method), ip=request.remote_addr, user_agent=acts.agent())
