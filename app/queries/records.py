"""The chain of one agreement as it is handed out: each record whole, and beside it what its commitments stand for."""

import base64
import json
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.act import Act
from app.core.vocabulary import PartnerType
from app.db import db
from app.models import Draft, Machine, Record, SealedValue
from app.queries import timeline
from app.queries.scope import drafts_of


def of(act: Act, machine: Machine, most: int, after: int = 0) -> list[dict[str, Any]]:
    """The records after number `after`, oldest first."""
    rows = list(
        db.session.scalars(
            select(Record)
            .where(Record.machine_id == machine.id, Record.number > after)
            .order_by(Record.number)
            .limit(most)
        )
    )
    bodies = {row.id: json.loads(row.body) for row in rows}
    people = _personal(act, bodies)
    return [
        {
            "number": row.number,
            "hash": row.hash,
            "body": bodies[row.id],
            "personal": people.get(row.id, {}),
            "attributes": {"objectType": "Record"},
        }
        for row in rows
    ]


def _personal(act: Act, bodies: dict[UUID, Any]) -> dict[UUID, dict[str, Any]]:
    """By record and commitment: salt and value, as far as nobody erased them and the caller may read them."""
    columns = (SealedValue.record_id, SealedValue.name, SealedValue.commitment, SealedValue.salt, SealedValue.value)
    own = _own_drafts(act, bodies)
    found: dict[UUID, dict[str, Any]] = {}
    for row in db.session.execute(select(*columns).where(SealedValue.record_id.in_(bodies))):
        if _may_read(act, row.name, bodies[row.record_id]["facts"].get("draft") in own):
            opened = {"salt": base64.b64encode(row.salt).decode(), "value": row.value}
            found.setdefault(row.record_id, {})[row.commitment] = opened
    return found


def _may_read(act: Act, name: str, own_draft: bool) -> bool:
    """Evidence is the confirming partner's; its reseller is shown what the timeline shows it and no more."""
    if act.partner_type is not PartnerType.RESELLER:
        return True
    return name in timeline.SHOWN and (name != "preparedBy" or own_draft)


def _own_drafts(act: Act, bodies: dict[UUID, Any]) -> set[str]:
    named = [UUID(body["facts"]["draft"]) for body in bodies.values() if "draft" in body["facts"]]
    query = select(Draft.id).where(Draft.id.in_(named), drafts_of(act))
    return {str(id) for id in db.session.scalars(query)} if named else set()
