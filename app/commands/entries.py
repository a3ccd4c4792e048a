"""How staff come in and go: sessions begin, are verified by a second factor, and end."""

import uuid

from app.core.act import Act
from app.core.vocabulary import Method
from app.db import db
from app.models import Staff, StaffSession


def begin(act: Act, staff: Staff, method: Method, *, verified: bool = False) -> StaffSession:
    """A session of its own for this browser; unverified, it opens only the page that asks for the second factor."""
    session = StaffSession(
        id=uuid.uuid4(),
        staff_id=staff.id,
        method=method,
        created_at=act.at,
        seen_at=act.at,
        verified_at=act.at if verified else None,
        ip=act.ip,
        user_agent=act.user_agent,
    )
    db.session.add(session)
    db.session.flush()
    return session
