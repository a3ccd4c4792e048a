"""A partner's own people and service accounts, when they were last there, and the tokens they use."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, not_, or_, select
from sqlalchemy.orm import selectinload

from app.core import contact as text
from app.core.refusals import Reason, Refused
from app.core.vocabulary import DisputeStatus, DraftStatus
from app.db import db
from app.models import Dispute, Draft, Partner, ServiceAccount, Staff, StaffSession, Task, Token

LISTED = 500  # tokens, at most


@dataclass(frozen=True)
class Open:
    """What somebody would leave behind."""

    tasks: int
    drafts: int
    disputes: int

    @property
    def any(self) -> bool:
        return bool(self.tasks or self.drafts or self.disputes)


def by_mailbox(email: str) -> Staff | None:
    """Who signs in by this address, still there or not."""
    return db.session.scalar(select(Staff).where(Staff.mailbox == text.mailbox(email)))


def by_subject(subject: str) -> Staff | None:
    """Whom the issuer knows by this subject, while still there."""
    return db.session.scalar(select(Staff).where(Staff.subject == subject, Staff.disabled_at.is_(None)))


def staff_of(partner_id: UUID) -> list[tuple[Staff, datetime | None]]:
    """Everybody with the last sign-in; those who left come last."""
    last = select(func.max(StaffSession.verified_at)).where(StaffSession.staff_id == Staff.id).scalar_subquery()
    rows = select(Staff, last).where(Staff.partner_id == partner_id).options(selectinload(Staff.grants))
    found = db.session.execute(rows.order_by(Staff.disabled_at.is_not(None), func.lower(Staff.name), Staff.id))
    return [(person, at) for person, at in found]


def accounts_of(partner_id: UUID) -> list[ServiceAccount]:
    held = select(ServiceAccount).where(ServiceAccount.partner_id == partner_id)
    held = held.options(selectinload(ServiceAccount.grants))
    return list(db.session.scalars(held.order_by(func.lower(ServiceAccount.name), ServiceAccount.id)))


def tokens_of(partner_id: UUID, at: datetime, ended: bool = False) -> list[Any]:
    """The tokens that work, or the newest of those that do so no more, with their holders' names, newest first."""
    over = or_(Token.revoked_at.is_not(None), and_(Token.expires_at.is_not(None), Token.expires_at <= at))
    rows = select(Token, func.coalesce(Staff.name, ServiceAccount.name, Partner.name).label("holder"))
    rows = rows.join(Partner, Partner.id == Token.partner_id).outerjoin(Staff, Staff.id == Token.staff_id)
    rows = rows.outerjoin(ServiceAccount, ServiceAccount.id == Token.service_account_id)
    rows = rows.where(Token.partner_id == partner_id, over if ended else not_(over))
    return list(db.session.execute(rows.order_by(Token.created_at.desc()).limit(LISTED)))


def person(partner_id: UUID, id: UUID) -> Staff:
    found = db.session.get(Staff, id)
    if found is None or found.partner_id != partner_id:
        raise Refused(Reason.NOT_FOUND, what="person")
    return found


def account(partner_id: UUID, id: UUID) -> ServiceAccount:
    found = db.session.get(ServiceAccount, id)
    if found is None or found.partner_id != partner_id:
        raise Refused(Reason.NOT_FOUND, what="service account")
    return found


def token(partner_id: UUID, id: UUID) -> Token:
    found = db.session.get(Token, id)
    if found is None or found.partner_id != partner_id:
        raise Refused(Reason.NOT_FOUND, what="token")
    return found


def sessions_of(staff: Staff) -> list[StaffSession]:
    held = select(StaffSession).where(StaffSession.staff_id == staff.id, StaffSession.ended_at.is_(None))
    return list(db.session.scalars(held.order_by(StaffSession.created_at.desc()).limit(200)))


def open_of(staff: Staff) -> Open:
    """What waits for this person in particular."""
    asked = (
        (Task, Task.assignee_id == staff.id, Task.closed_at.is_(None)),
        (Draft, Draft.assignee_id == staff.id, Draft.status == DraftStatus.SUBMITTED),
        (Dispute, Dispute.owner_id == staff.id, Dispute.status == DisputeStatus.OPEN),
    )
    found = [db.session.scalar(select(func.count()).select_from(table).where(*where)) or 0 for table, *where in asked]
    return Open(*found)
