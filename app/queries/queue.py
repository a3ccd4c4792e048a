"""Drafts as both sides list them: whose they are, how long they have waited, what they stand on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import aliased, selectinload

from app.core.act import Act
from app.core.evidence import stamp
from app.core.vocabulary import DraftStatus
from app.db import db
from app.models import RELATED, Draft, Machine, Partner, Relationship, Staff
from app.queries.scope import drafts_of

MOST = 500


def of(act: Act, status: DraftStatus | None, now: datetime) -> list[dict[str, Any]]:
    """The caller's drafts on one page, for a terminal."""
    return page(act, status, now, MOST)[0]


def page(
    act: Act, status: DraftStatus | None, now: datetime, most: int, after: tuple[Any, ...] | None = None
) -> tuple[list[dict[str, Any]], tuple[datetime, UUID] | None]:
    """Those that have waited longest first, and where the page ends if there are more."""
    rank = (Draft.submitted_at, Draft.id)
    query = (
        select(Draft, Relationship)
        .join(Machine, Machine.id == Draft.machine_id)
        .join(Relationship, RELATED)
        .options(selectinload(Draft.attachments))
        .where(drafts_of(act), *([Draft.status == status] if status else []))
        .order_by(*rank)
        .limit(most + 1)
    )
    if after:
        last = (literal(value, column.type) for value, column in zip(after, rank, strict=True))
        query = query.where(tuple_(*rank) > tuple_(*last))
    rows = db.session.execute(query).all()
    names = _names([draft for draft, _ in rows[:most]])
    end = rows[most - 1][0] if len(rows) > most else None
    items = [_shown(draft, relationship, now, names[draft.id]) for draft, relationship in rows[:most]]
    return items, (end.submitted_at, end.id) if end else None


def waiting(act: Act, machine: Machine) -> Draft | None:
    """The draft about this agreement that waits for a decision, where the caller's side may see it."""
    held = (Draft.machine_id == machine.id, Draft.status == DraftStatus.SUBMITTED)
    return db.session.scalar(select(Draft).where(*held, drafts_of(act)))


def shown(draft: Draft, relationship: Relationship, now: datetime) -> dict[str, Any]:
    db.session.flush()
    return _shown(draft, relationship, now, _names([draft])[draft.id])


def _shown(draft: Draft, relationship: Relationship, now: datetime, names: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": str(draft.id),
        "customerId": str(relationship.customer_id),
        "company": relationship.company,
        "status": draft.status,
        "primaryContact": draft.contact.personal(),
        "dateAgreed": stamp(draft.agreed_at),
        "note": draft.note,
        "preparedBy": draft.prepared_by,
        "from": names.from_partner,
        "submittedAt": stamp(draft.submitted_at),
        "ageDays": (now - draft.submitted_at).days if draft.status is DraftStatus.SUBMITTED else None,
        "assignee": names.assignee,
        "substitute": names.substitute,
        "decidedBy": draft.decided_by,
        "decidedAt": stamp(draft.decided_at) if draft.decided_at else None,
        "reason": draft.reason,
        "recordNumber": draft.record_number,
        "attachments": [{"name": file.name, "sha256": file.sha256} for file in draft.attachments],
        "attributes": {"objectType": "AttestationDraft"},
    }
    return {name: value for name, value in found.items() if value is not None}


def _names(drafts: Sequence[Draft]) -> dict[UUID, Any]:
    """Whom each draft is from, and who is to decide."""
    assignee, substitute = aliased(Staff), aliased(Staff)
    rows = db.session.execute(
        select(
            Draft.id,
            Partner.name.label("from_partner"),
            assignee.email.label("assignee"),
            substitute.email.label("substitute"),
        )
        .join(Partner, Partner.id == Draft.from_partner_id)
        .outerjoin(assignee, assignee.id == Draft.assignee_id)
        .outerjoin(substitute, substitute.id == Draft.substitute_id)
        .where(Draft.id.in_([draft.id for draft in drafts]))
    )
    return {row.id: row for row in rows}
