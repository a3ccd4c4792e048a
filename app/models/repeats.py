"""Answers that were given, kept so that a request sent twice has one effect."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, new_id
from app.models.partners import Partner


class GivenAnswer(Base):
    """One request by its key; a row without a status is one that is being worked on in this very transaction."""

    __tablename__ = "given_answer"
    __table_args__ = (UniqueConstraint("partner_id", "credential", "route", "key"), Index(None, "created_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    credential: Mapped[str] = mapped_column(String(320))
    # Method and path.
    route: Mapped[str] = mapped_column(String(300))
    key: Mapped[str] = mapped_column(String(255))
    request_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    # What was answered, encrypted: it names people, and may hold a password that is shown once.
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    content_type: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[datetime]
