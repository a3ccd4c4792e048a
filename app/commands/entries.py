"""How staff come in and go: one-time links, sessions that begin, are verified by a second factor, and end."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import aliased

from app.commands.portal import count
from app.core.act import Act
from app.core.contact import mailbox
from app.core.permissions import Action, require_own
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import Counted, Method
from app.db import db
from app.models import SignInLink, Staff, StaffSession

# Where browsers were and what they called themselves is nobody's business for longer.
KEPT = timedelta(days=90)
LINK_HOURS = 48
LINK_LIFE = timedelta(hours=LINK_HOURS)
# Beside the names of customers' users, which are counted in the same table.
STAFF, CODE = "staff:", "code:"


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


def verify(act: Act, session: StaffSession) -> StaffSession:
    """The second factor was shown: the browser goes on with a session of another id."""
    refuse_if(session.ended_at is not None, Reason.NOT_SIGNED_IN)
    end(act, session)
    return begin(act, session.staff, session.method, verified=True)


def end(act: Act, session: StaffSession) -> None:
    """The session opens nothing any more, whoever holds its cookie."""
    session.ended_at = session.ended_at or act.at


def end_others(act: Act, staff: Staff, but: StaffSession | None = None) -> None:
    """Every session of the person, but for one perhaps."""
    held = [StaffSession.staff_id == staff.id, StaffSession.ended_at.is_(None)]
    if but is not None:
        held.append(StaffSession.id != but.id)
    db.session.execute(update(StaffSession).where(*held).values(ended_at=act.at))


def end_links(act: Act, staff: Staff) -> None:
    held = (SignInLink.staff_id == staff.id, SignInLink.used_at.is_(None))
    db.session.execute(update(SignInLink).where(*held).values(used_at=act.at))


def issue_link(act: Act, staff: Staff, *, afresh: bool = False) -> str:
    """The secret part of a one-time link, told this once; former ones die.

    `afresh` is for whoever lost the second factor: with it goes the password, so that only the link lets in.
    """
    require_own(act, Action.MANAGE_STAFF, staff.partner_id)
    refuse_if(staff.disabled_at is not None, Reason.INVALID_VALUE, field="email (disabled)")
    end_links(act, staff)
    if afresh:
        staff.password_hash = staff.totp_seed = None
        end_others(act, staff)
    token = secrets.token_urlsafe(32)
    times = {"created_at": act.at, "expires_at": act.at + LINK_LIFE}
    db.session.add(SignInLink(staff_id=staff.id, digest=_digest(token), **times))
    return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def link(act: Act, token: str) -> SignInLink:
    """The link while it works; used, run out, cut and guessed ones are all the same nothing."""
    row = db.session.scalar(select(SignInLink).where(SignInLink.digest == _digest(token)))
    if row is None or row.used_at or row.expires_at <= act.at or row.staff.disabled_at:
        raise Refused(Reason.SIGN_IN_LINK_DEAD)
    return row


def follow(act: Act, link: SignInLink, staff: Staff, password_hash: str) -> StaffSession:
    """The link's owner has chosen a password: the link is used up, and whoever had come in before is out."""
    used = update(SignInLink).where(SignInLink.id == link.id, SignInLink.used_at.is_(None)).values(used_at=act.at)
    refuse_if(db.session.execute(used).rowcount != 1, Reason.SIGN_IN_LINK_DEAD)  # type: ignore[attr-defined]
    staff.password_hash = password_hash
    end_links(act, staff)
    end_others(act, staff)
    return begin(act, staff, Method.PASSWORD, verified=staff.totp_seed is not None)


def change_password(act: Act, session: StaffSession, password_hash: str) -> StaffSession:
    """A signed-in person's own new password; all former sessions end, this browser goes on with a fresh one."""
    staff = session.staff
    refuse_if(act.id != str(staff.id), Reason.ROLE_NOT_ALLOWED)
    staff.password_hash = password_hash
    end_links(act, staff)
    end_others(act, staff)
    return begin(act, staff, session.method, verified=True)


def set_factor(act: Act, session: StaffSession, seed: bytes, step: int) -> StaffSession:
    """The second factor whose first code was shown; only who has none yet, or has shown the former, may set it."""
    staff = session.staff
    refuse_if(staff.totp_seed is not None and session.verified_at is None, Reason.NOT_SIGNED_IN)
    staff.totp_seed, staff.totp_step = seed, step
    end_others(act, staff)
    return begin(act, staff, session.method, verified=True)


def take_code(staff: Staff, step: int) -> bool:
    """True for the first to show the code of this half minute, also among parallel tries."""
    fresh = Staff.totp_step.is_(None) | (Staff.totp_step < step)
    taken = db.session.execute(update(Staff).where(Staff.id == staff.id, fresh).values(totp_step=step))
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]


def count_sign_in(act: Act, email: str) -> None:
    count(act, Counted.ACCOUNT, STAFF + mailbox(email)[:300])
    count_visit(act)


def count_visit(act: Act) -> None:
    count(act, Counted.ADDRESS, act.ip or "unknown")


def count_code(act: Act, staff: Staff) -> None:
    count(act, Counted.ACCOUNT, f"{CODE}{staff.id}")


def forget_old(now: datetime) -> None:
    """Sessions and links of long ago, but for everybody's last sign-in."""
    later = aliased(StaffSession)
    newer = (later.staff_id == StaffSession.staff_id, later.created_at > StaffSession.created_at)
    passed = exists().where(*newer, later.verified_at.is_not(None)) | StaffSession.verified_at.is_(None)
    db.session.execute(delete(StaffSession).where(StaffSession.created_at < now - KEPT, passed))
    db.session.execute(delete(SignInLink).where(SignInLink.created_at < now - KEPT))
