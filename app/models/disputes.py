"""Doubts about an acceptance on record, who has to answer them, and by when."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.vocabulary import DisputeStatus
from app.db import Base, new_id, vocabulary
from app.models.machines import Machine
from app.models.partners import Partner, Staff

OPEN = text("status = 'open'")


class Dispute(Base):
    __tablename__ = "dispute"
    __table_args__ = (
        Index(None, "partner_id", "status", "due_at"),
        Index("uq_dispute_open", "machine_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    machine_id: Mapped[UUID] = mapped_column(ForeignKey(Machine.id))
    # The record that is in doubt.
    record_number: Mapped[int]
    status: Mapped[DisputeStatus] = mapped_column(vocabulary(DisputeStatus, "status"))
    reason: Mapped[str] = mapped_column(Text)
    opened_by: Mapped[str] = mapped_column(String(540))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey(Staff.id))
    due_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(540))
    answer: Mapped[str | None] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(Integer)
    machine: Mapped[Machine] = relationship()

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012
