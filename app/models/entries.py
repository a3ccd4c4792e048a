"""How people come in without an invitation: sessions in browsers, and the one-time links that open the first one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.vocabulary import Method
from app.db import Base, new_id
from app.models.customers import CustomerUser
from app.models.partners import Staff


class StaffSession(Base):
    """One browser somebody signed in with; its random id is the secret in the signed cookie."""

    __tablename__ = "staff_session"
    __table_args__ = (
        CheckConstraint("method IN ('password', 'oidc')", name="method"),
        Index(None, "staff_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey(Staff.id))
    method: Mapped[Method] = mapped_column(String(20))
    created_at: Mapped[datetime]
    # Before the second factor was shown, a session opens nothing but the page that asks for it.
    verified_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ip: Mapped[str | None] = mapped_column(String(64))
    user_agent: Mapped[str | None] = mapped_column(String(300))
    staff: Mapped[Staff] = relationship()


class SignInLink(Base):
    """A one-time link for somebody who has no password yet, or forgot it; kept as its SHA-256."""

    __tablename__ = "sign_in_link"
    __table_args__ = (Index(None, "staff_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey(Staff.id))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    staff: Mapped[Staff] = relationship()


class AccountSession(Base):
    """One browser in which a customer's user signed in to the portal; its random id is the secret in the cookie."""

    __tablename__ = "account_session"
    __table_args__ = (Index(None, "customer_user_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_user_id: Mapped[UUID] = mapped_column(ForeignKey(CustomerUser.id))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
