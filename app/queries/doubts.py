"""Disputes as they are listed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import literal, select, tuple_

from app.core.act import Act
from app.core.evidence import stamp
from app.core.vocabulary import DisputeStatus
from app.db import db
from app.models import RELATED, Dispute, Machine, Relationship, Staff
from app.queries.keysets import spelled
from app.queries.scope import visible_to

MOST = 500
A_PAGE = 50


def of(act: Act, status: DisputeStatus | None) -> list[dict[str, Any]]:
    """The disputes about the caller's customers, those to be answered soonest first."""
    rows = db.session.scalars(
        select(Dispute)
        .join(Machine, Machine.id == Dispute.machine_id)
        .where(visible_to(act), *([Dispute.status == status] if status else []))
        .order_by(Dispute.due_at, Dispute.id)
        .limit(MOST)
    )
    return [shown(row) for row in rows]


def shown(row: Dispute) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": str(row.id),
        "customerId": str(row.machine.customer_id),
        "recordNumber": row.record_number,
        "status": row.status,
        "reason": row.reason,
        "openedBy": row.opened_by,
        "openedAt": stamp(row.opened_at),
        "dueAt": stamp(row.due_at),
        "closedBy": row.closed_by,
        "closedAt": stamp(row.closed_at) if row.closed_at else None,
        "answer": row.answer,
        "attributes": {"objectType": "Dispute"},
    }
    return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True)
class Doubt:
    dispute: Dispute
    customer_id: UUID
    company: str
    owner: str | None


def page(act: Act, over: bool, after: tuple[datetime, UUID] | None = None) -> tuple[list[Doubt], str | None]:
    """The open ones, to be answered soonest first, or the answered, newest first; and where the page ends."""
    open_ = Dispute.status == DisputeStatus.OPEN
    rank = (Dispute.due_at, Dispute.id)
    query = (
        select(Dispute, Relationship.customer_id, Relationship.company, Staff.name)
        .join(Machine, Machine.id == Dispute.machine_id)
        .join(Relationship, RELATED)
        .outerjoin(Staff, Staff.id == Dispute.owner_id)
        .where(visible_to(act), ~open_ if over else open_)
        .order_by(*(column.desc() if over else column for column in rank))
        .limit(A_PAGE + 1)
    )
    if after:
        last = tuple_(*(literal(value, column.type) for value, column in zip(after, rank, strict=True)))
        query = query.where(tuple_(*rank) < last if over else tuple_(*rank) > last)
    rows = [Doubt(*row) for row in db.session.execute(query)]
    end = rows[A_PAGE - 1].dispute if len(rows) > A_PAGE else None
    return rows[:A_PAGE], spelled(end.due_at, end.id) if end else None


def about(act: Act, machine: Machine) -> Dispute | None:
    """The open dispute about this agreement, for whoever sees it."""
    held = (Dispute.machine_id == machine.id, Dispute.status == DisputeStatus.OPEN)
    return db.session.scalar(select(Dispute).join(Machine).where(*held, visible_to(act)))
