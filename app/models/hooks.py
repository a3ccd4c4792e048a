"""Webhooks that we receive: who may send them to a partner, and what came of each."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.hooks import Arrival, SigningScheme
from app.db import Base, new_id, vocabulary
from app.models.machines import Machine
from app.models.partners import Partner

KEPT = text("removed_at IS NULL")


class HookSource(Base):
    """A system that may tell us what happened elsewhere, and how it signs."""

    __tablename__ = "hook_source"
    __table_args__ = (
        Index("uq_hook_source_name", "partner_id", "name", unique=True, sqlite_where=KEPT, postgresql_where=KEPT),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    name: Mapped[str] = mapped_column(String(200))
    scheme: Mapped[SigningScheme] = mapped_column(vocabulary(SigningScheme, "scheme"))
    # Sealed by the vault; while secrets change hands the former one is good as well.
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    former_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    former_until: Mapped[datetime | None]
    # The vendor's scheme: whence certificates come, whom they must name, and who may have signed them (PEM).
    certificate_hosts: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    organization: Mapped[str | None] = mapped_column(String(200))
    roots: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    # What it has sent stays on record; its name is free again.
    removed_at: Mapped[datetime | None]


class ReceivedHook(Base):
    """One webhook that came with a good signature; the same one again is known by its key."""

    __tablename__ = "received_hook"
    __table_args__ = (
        UniqueConstraint("source_id", "key"),
        Index(None, "partner_id", "id"),
        Index(None, "received_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    source_id: Mapped[UUID] = mapped_column(ForeignKey(HookSource.id, ondelete="CASCADE"))
    # The sender's id of the event, or the digest of a body that carries none.
    key: Mapped[str] = mapped_column(String(255))
    event: Mapped[str] = mapped_column(String(200))
    # What it said, sealed by the vault: people may be named in it.
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    outcome: Mapped[Arrival] = mapped_column(vocabulary(Arrival, "outcome"))
    reason: Mapped[str | None] = mapped_column(String(60))
    details: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    machine_id: Mapped[UUID | None] = mapped_column(ForeignKey(Machine.id))
    received_at: Mapped[datetime]
