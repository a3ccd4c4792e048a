"""What is owed to the outside world, who is carrying it, and how fast it may go."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.carrying import Lane, Outcome
from app.core.vocabulary import Counted, Owed
from app.db import Base, new_id, vocabulary
from app.models.partners import Partner

ALIVE = text("dead_at IS NULL")


class Outbox(Base):
    """One mail or timer. A claimed row is leased: it belongs to `lease_owner` until `due_at` has passed."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("(lease_owner IS NULL) OR (dead_at IS NULL)", name="dead_is_not_leased"),
        Index("ix_outbox_due", "lane", "partner_id", "due_at", sqlite_where=ALIVE, postgresql_where=ALIVE),
        Index(None, "partner_id", "dead_at"),
        Index("ix_outbox_next", "due_at", sqlite_where=ALIVE, postgresql_where=ALIVE),
        Index(None, "lease_owner"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    lane: Mapped[Lane] = mapped_column(vocabulary(Lane, "lane"))
    kind: Mapped[Owed] = mapped_column(vocabulary(Owed, "kind"))
    dedupe: Mapped[str] = mapped_column(String(120), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    message_id: Mapped[str | None] = mapped_column(String(320))
    # Of the mailbox a bulk mail goes to: no more of them a second than its server likes.
    domain: Mapped[str | None] = mapped_column(String(253))
    due_at: Mapped[datetime]
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    attempts: Mapped[int] = mapped_column(default=0)
    # How often a relay took offence at this very mail (5.7.x).
    strikes: Mapped[int] = mapped_column(default=0, server_default="0")
    last_error: Mapped[str | None] = mapped_column(Text)
    dead_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class OutboxArchive(Base):
    """A row that is finished, moved out of the workers' way."""

    __tablename__ = "outbox_archive"
    __table_args__ = (Index(None, "partner_id", "done_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    kind: Mapped[Owed] = mapped_column(vocabulary(Owed, "kind"))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    message_id: Mapped[str | None] = mapped_column(String(320))
    attempts: Mapped[int]
    outcome: Mapped[Outcome] = mapped_column(vocabulary(Outcome, "outcome"))
    answer: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime]
    # When it came back because nobody has the mailbox.
    bounced_at: Mapped[datetime | None]


class TokenBucket(Base):
    """A rate shared by all workers: how much may still go, as of when."""

    __tablename__ = "token_bucket"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    tokens: Mapped[float] = mapped_column(Float)
    filled_at: Mapped[datetime]


class Attempt(Base):
    """One try at a secret, or one secret asked for; counted here so that every process counts the same."""

    __tablename__ = "attempt"
    __table_args__ = (Index(None, "purpose", "subject", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    purpose: Mapped[Counted] = mapped_column(vocabulary(Counted, "purpose"))
    subject: Mapped[str] = mapped_column(String(320))
    at: Mapped[datetime]
