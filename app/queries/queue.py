"""Drafts as both sides list them: whose they are, how long they have waited, what they stand on."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.core.act import Act
from app.core.evidence import stamp
from app.core.vocabulary import DraftStatus
from app.db import db
from app.models import RELATED, Draft, Machine, Partner, Relationship, Staff
from app.queries.scope import drafts_of

MOST = 500


def of(act: Act, status: DraftStatus | None, now: datetime) -> list[dict[str, Any]]:
    """The caller's drafts, those that have waited longest first."""
    rows = db.session.execute(
        select(Draft, Relationship)
        .join(Machine, Machine.id == Draft.machine_id)
        .join(Relationship, RELATED)
        .where(drafts_of(act), *([Draft.status == status] if status else []))
        .order_by(Draft.submitted_at, Draft.id)
        .limit(MOST)
    )
    return [shown(draft, relationship, now) for draft, relationship in rows]


def shown(draft: Draft, relationship: Relationship, now: datetime) -> dict[str, Any]:
    names = _names(draft)
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


def _names(draft: Draft) -> Any:
    assignee, substitute = aliased(Staff), aliased(Staff)
    return db.session.execute(
        select(
            Partner.name.label("from_partner"),
            assignee.email.label("assignee"),
            substitute.email.label("substitute"),
        )
        .select_from(Partner)
        .outerjoin(assignee, assignee.id == draft.assignee_id)
        .outerjoin(substitute, substitute.id == draft.substitute_id)
        .where(Partner.id == draft.from_partner_id)
    ).one()
