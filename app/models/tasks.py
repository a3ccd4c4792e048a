"""What somebody at the partner must do next."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import duties
from app.core.vocabulary import TaskKind
from app.db import Base, new_id, vocabulary
from app.models.machines import Machine
from app.models.partners import Partner, Staff

OPEN = text("closed_at IS NULL")


def _due(context: Any) -> datetime:
    row = context.get_current_parameters()
    return duties.due(TaskKind(row["kind"]), row["created_at"])


class Task(Base):
    __tablename__ = "task"
    __table_args__ = (
        Index(None, "partner_id", "closed_at", "created_at"),
        # What is open is listed by when it is due: all of it, and what is one person's.
        Index("ix_task_open", "partner_id", "due_at", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_task_open_of", "partner_id", "assignee_id", "due_at", "id", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    # Some tasks are about no agreement in particular.
    machine_id: Mapped[UUID | None] = mapped_column(ForeignKey(Machine.id), index=True)
    kind: Mapped[TaskKind] = mapped_column(vocabulary(TaskKind, "kind"))
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey(Staff.id))
    note: Mapped[str | None] = mapped_column(Text)
    # The endpoint or the invitation it is about.
    subject_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(default=_due, server_default="1970-01-01 00:00:00")
    closed_at: Mapped[datetime | None]
    # Who saw to it, as people are named in records; of a customer only that it was one.
    closed_by: Mapped[str | None] = mapped_column(String(540))
