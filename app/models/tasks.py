"""What somebody at the partner must do next."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.vocabulary import TaskKind
from app.db import Base, new_id, vocabulary
from app.models.machines import Machine
from app.models.partners import Partner, Staff


class Task(Base):
    __tablename__ = "task"
    __table_args__ = (Index(None, "partner_id", "closed_at", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    # Some tasks are about no agreement in particular.
    machine_id: Mapped[UUID | None] = mapped_column(ForeignKey(Machine.id), index=True)
    kind: Mapped[TaskKind] = mapped_column(vocabulary(TaskKind, "kind"))
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey(Staff.id))
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
