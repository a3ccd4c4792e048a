"""Attestations that are prepared by one person and decided by another."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.contact import Contact
from app.core.vocabulary import DraftStatus, DraftStep
from app.db import Base, new_id, vocabulary
from app.models.blobs import Blob
from app.models.machines import Machine, Record
from app.models.partners import Partner, Staff

WAITING = text("status = 'submitted'")


class Draft(Base):
    """What a reseller (or a colleague) asks the confirming partner to attest."""

    __tablename__ = "draft"
    __table_args__ = (
        Index(None, "partner_id", "status", "submitted_at"),
        Index(None, "from_partner_id", "status"),
        Index("uq_draft_waiting", "machine_id", unique=True, sqlite_where=WAITING, postgresql_where=WAITING),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    machine_id: Mapped[UUID] = mapped_column(ForeignKey(Machine.id), index=True)
    from_partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    status: Mapped[DraftStatus] = mapped_column(vocabulary(DraftStatus, "status"))
    # Who prepared it: a person, or the person a service account acted for.
    prepared_by: Mapped[str] = mapped_column(String(540))
    preparer_id: Mapped[UUID | None] = mapped_column(ForeignKey(Staff.id))
    first_name: Mapped[str] = mapped_column(String(200))
    last_name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    agreed_at: Mapped[datetime]
    note: Mapped[str | None] = mapped_column(Text)
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey(Staff.id))
    substitute_id: Mapped[UUID | None] = mapped_column(ForeignKey(Staff.id))
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(540))
    reason: Mapped[str | None] = mapped_column(Text)
    # The record of the attestation that an approval became.
    record_number: Mapped[int | None]
    created_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(Integer)
    machine: Mapped[Machine] = relationship()
    attachments: Mapped[list["Attachment"]] = relationship(order_by="Attachment.id")

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    @property
    def contact(self) -> Contact:
        return Contact(self.first_name, self.last_name, self.email, self.phone)


class DraftEvent(Base):
    """One step of a draft's life, for the timeline that both sides read."""

    __tablename__ = "draft_event"
    __table_args__ = (Index(None, "partner_id", "draft_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    draft_id: Mapped[UUID] = mapped_column(ForeignKey(Draft.id))
    step: Mapped[DraftStep] = mapped_column(vocabulary(DraftStep, "step"))
    actor: Mapped[str] = mapped_column(String(540))
    note: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]


class Attachment(Base):
    """A file that supports a draft, or an attestation: its record names the hash."""

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("draft_id IS NOT NULL OR record_id IS NOT NULL", name="supports"),
        Index(None, "partner_id", "draft_id"),
        Index(None, "partner_id", "record_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    draft_id: Mapped[UUID | None] = mapped_column(ForeignKey(Draft.id))
    # The record of the attestation that it supports, once there is one.
    record_id: Mapped[UUID | None] = mapped_column(ForeignKey(Record.id))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(ForeignKey(Blob.sha256))
    created_at: Mapped[datetime]
