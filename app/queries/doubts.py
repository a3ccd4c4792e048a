"""Disputes as they are listed."""

from typing import Any

from sqlalchemy import select

from app.core.act import Act
from app.core.evidence import stamp
from app.core.vocabulary import DisputeStatus
from app.db import db
from app.models import Dispute, Machine
from app.queries.scope import visible_to

MOST = 500


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
