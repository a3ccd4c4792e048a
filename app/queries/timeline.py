"""What happened to one customer's agreements, records and drafts in one order: the same for both sides."""

import json
from typing import Any

from sqlalchemy import select

from app.core.act import Act
from app.core.evidence import stamp
from app.db import db
from app.models import Draft, DraftEvent, Machine, Record, SealedValue
from app.queries.scope import drafts_of, visible_to

# What of a record's sealed values a reader of the timeline is shown.
SHOWN = ("actorName", "onBehalfOf", "preparedBy", "firstName", "lastName", "reason")


def of(act: Act, customer_id: Any) -> list[dict[str, Any]]:
    """Everything, oldest first."""
    machines = list(db.session.scalars(select(Machine).where(visible_to(act), Machine.customer_id == customer_id)))
    ids = [machine.id for machine in machines]
    found = [*_records(act, ids), *_drafts(act, ids)]
    return sorted(found, key=lambda item: item["at"])


def _records(act: Act, machines: list[Any]) -> list[dict[str, Any]]:
    rows = list(
        db.session.scalars(
            select(Record).where(Record.machine_id.in_(machines)).order_by(Record.at, Record.machine_id, Record.number)
        )
    )
    people = _people([row.id for row in rows])
    own = {str(id) for id in db.session.scalars(select(Draft.id).where(Draft.machine_id.in_(machines), drafts_of(act)))}
    return [_record(row, people.get(row.id, {}), own) for row in rows]


def _record(row: Record, people: dict[str, str], drafts: set[str]) -> dict[str, Any]:
    body = json.loads(row.body)
    # Of several resellers of one customer none reads who works for another.
    if body["facts"].get("draft") not in drafts:
        people = {name: value for name, value in people.items() if name != "preparedBy"}
    role = body["actor"]["role"] or body["actor"]["id"]
    item = {"at": stamp(row.at), "event": row.event, "agreementType": body["facts"]["agreementType"]}
    return item | {"number": row.number, "state": body["after"], "role": role} | people


def _people(records: list[Any]) -> dict[Any, dict[str, str]]:
    found: dict[Any, dict[str, str]] = {}
    for id, name, value in db.session.execute(
        select(SealedValue.record_id, SealedValue.name, SealedValue.value).where(
            SealedValue.record_id.in_(records), SealedValue.name.in_(SHOWN)
        )
    ):
        found.setdefault(id, {})[name] = str(value)
    return found


def _drafts(act: Act, machines: list[Any]) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(DraftEvent)
        .join(Draft, Draft.id == DraftEvent.draft_id)
        .where(Draft.machine_id.in_(machines), drafts_of(act))
        .order_by(DraftEvent.id)
    ).scalars()
    return [
        {"at": stamp(row.at), "event": f"draft {row.step}", "draft": str(row.draft_id), "actorName": row.actor}
        | ({"reason": row.note} if row.note else {})
        for row in rows
    ]
