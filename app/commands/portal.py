"""How somebody who followed a link is identified: sessions, mailed codes, passwords. Every try is counted here."""

import uuid
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from app.commands import accounts
from app.commands.acceptances import block, is_barred
from app.commands.owing import owe
from app.core import codes
from app.core.act import Act
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import Counted, Method, Owed
from app.db import db
from app.models import AccountSession, Attempt, CustomerUser, Invitation, Machine, PortalSession, Reveal

# What a mailed code is asked for.
Coded = PortalSession | Reveal

# How often, within how many minutes.
LIMITS = {
    Counted.CODE: (5, 60),
    Counted.CODE_DAY: (15, 24 * 60),
    Counted.ACCOUNT: (10, 15),
    Counted.ADDRESS: (50, 15),
    Counted.HAND_OVER: (3, 24 * 60),
}


def count(act: Act, purpose: Counted, subject: str) -> None:
    """Count one try, or refuse it when the window holds too many already."""
    limit, minutes = LIMITS[purpose]
    _alone(purpose, subject)
    held = (Attempt.purpose == purpose, Attempt.subject == subject)
    recent = select(func.count()).where(*held, Attempt.at > act.at - timedelta(minutes=minutes))
    refuse_if((db.session.scalar(recent) or 0) >= limit, Reason.RATE_LIMITED, minutes=minutes)
    db.session.add(Attempt(purpose=purpose, subject=subject, at=act.at))
    db.session.flush()


def _alone(purpose: Counted, subject: str) -> None:
    """Parallel tries count one another. On SQLite there is one writer anyway."""
    if db.engine.dialect.name == "postgresql":
        key = func.hashtextextended(f"{purpose}:{subject}", 0)
        db.session.execute(select(func.pg_advisory_xact_lock(key)))


def enter(act: Act, invitation: Invitation) -> PortalSession:
    """A session for a browser that is about to be identified; its id is the secret in the signed cookie."""
    session = PortalSession(
        id=uuid.uuid4(),
        invitation_id=invitation.id,
        generation=invitation.generation,
        code_number=0,
        code_tries=0,
        created_at=act.at,
    )
    db.session.add(session)
    db.session.flush()
    return session


def ask_code(act: Act, session: PortalSession, invitation: Invitation) -> None:
    """Owe a code to the invited mailbox; a former one stops working."""
    next_code(act, session, str(invitation.id))
    payload = {
        "invitation": str(invitation.id),
        "machine": str(invitation.machine_id),
        "session": str(session.id),
        "number": session.code_number,
    }
    owe_code(act, invitation.partner_id, payload)


def next_code(act: Act, held: Coded, subject: str) -> None:
    """The next code, counted for the mailbox it goes to."""
    count(act, Counted.CODE, subject)
    count(act, Counted.CODE_DAY, subject)
    held.code_number += 1
    held.code_tries = 0
    held.code_expires_at = act.at + codes.LIFETIME


def owe_code(act: Act, partner_id: UUID, payload: dict[str, Any]) -> None:
    dedupe = f"{Owed.SIGN_IN_CODE}:{payload['session']}:{payload['number']}"
    owe(act, Owed.SIGN_IN_CODE, partner_id, dedupe, payload)


def try_code(act: Act, held: Coded, key: bytes, given: str) -> bool:
    """One try of at most five; the count is raised before the digits are looked at, also among parallel tries."""
    table: type[Coded] = type(held)
    counted = db.session.execute(
        update(table)
        .where(
            table.id == held.id,
            # Another browser that asks raises it, too.
            table.code_number == held.code_number,
            table.code_tries < codes.TRIES,
            table.code_expires_at > act.at,
        )
        .values(code_tries=table.code_tries + 1)
    )
    allowed = counted.rowcount == 1  # type: ignore[attr-defined]
    # The same code sent twice may have waited here for the other one to be taken.
    db.session.refresh(held)
    session = held.id if isinstance(held, PortalSession) else held.session
    return allowed and session is not None and codes.matches(key, session, held.code_number, given)


def count_sign_in(act: Act, user_name: str) -> None:
    count(act, Counted.ACCOUNT, user_name[:320])
    count(act, Counted.ADDRESS, act.ip or "unknown")


def identify(
    act: Act, session: PortalSession | None, machine: Machine, invitation: Invitation, user: CustomerUser | None = None
) -> PortalSession:
    """The person is known now: a fresh session id, and the blocked answer at once where it applies."""
    fresh = enter(act, invitation)
    fresh.method = Method.PASSWORD if user else Method.EMAIL_CODE
    fresh.customer_user_id = user.id if user else None
    if session:
        _replace(act, session, fresh)
    if is_barred(machine):
        block(act, machine, invitation)
    return fresh


def _replace(act: Act, session: PortalSession, fresh: PortalSession) -> None:
    """The former id opens nothing any more; it only leads a form that was sent twice to its answer."""
    session.replaced_by, session.replaced_at, session.replaced_from = fresh.id, act.at, act.ip


def successor(act: Act, session: PortalSession) -> PortalSession | None:
    """What took this session's place a moment ago, in the same way and from the same address."""
    if session.replaced_at is None or act.at - session.replaced_at > codes.TWICE or session.replaced_from != act.ip:
        return None
    fresh = db.session.get(PortalSession, session.replaced_by)
    return fresh if fresh and fresh.replaced_by is None and fresh.method == act.method else None


def change_password(
    act: Act, session: PortalSession, invitation: Invitation, user: CustomerUser, password_hash: str
) -> PortalSession:
    """The user's own password from now on; every session opened with the former one ends, this one goes on anew."""
    accounts.own_password(act, user, password_hash, but=session)
    fresh = enter(act, invitation)
    fresh.method, fresh.customer_user_id = Method.PASSWORD, user.id
    _replace(act, session, fresh)
    return fresh


def leave(session: PortalSession) -> None:
    db.session.delete(session)


def forget_old(now: datetime) -> None:
    """Sessions and counted tries nobody can use any more."""
    day_ago = now - timedelta(days=1)
    times = ((PortalSession, PortalSession.created_at), (AccountSession, AccountSession.created_at))
    for table, column in (*times, (Attempt, Attempt.at)):
        db.session.execute(table.__table__.delete().where(column < day_ago))  # type: ignore[attr-defined]
