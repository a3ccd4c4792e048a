"""A customer's user at the portal without an invitation: sessions that begin and end, and a password of its own."""

import uuid

from sqlalchemy import delete, update

from app.commands import credentials
from app.core.act import Act
from app.core.refusals import Reason, refuse_if
from app.db import db
from app.models import AccountSession, CustomerUser, PortalSession, Reveal


def begin(act: Act, user: CustomerUser) -> AccountSession:
    """A session of its own for this browser."""
    session = AccountSession(id=uuid.uuid4(), customer_user_id=user.id, created_at=act.at)
    db.session.add(session)
    db.session.flush()
    return session


def end(act: Act, session: AccountSession) -> None:
    """The session opens nothing any more, whoever holds its cookie."""
    session.ended_at = session.ended_at or act.at


def own_password(act: Act, user: CustomerUser, password_hash: str, but: PortalSession | None = None) -> None:
    """The user's own password from now on; what was opened with the former one ends, but for the session at hand."""
    db.session.refresh(user, with_for_update=True)
    refuse_if(not user.must_change, Reason.NOT_SIGNED_IN)
    user.password_hash, user.must_change, user.first_password = password_hash, False, None
    held = [PortalSession.customer_user_id == user.id]
    if but is not None:
        held.append(PortalSession.id != but.id)
    db.session.execute(delete(PortalSession).where(*held))
    others = (AccountSession.customer_user_id == user.id, AccountSession.ended_at.is_(None))
    db.session.execute(update(AccountSession).where(*others).values(ended_at=act.at))
    credentials.end(act, Reveal.customer_user_id == user.id)


def change_password(act: Act, user: CustomerUser, password_hash: str) -> AccountSession:
    """The same without an invitation: this browser goes on with a fresh session."""
    own_password(act, user, password_hash)
    return begin(act, user)
