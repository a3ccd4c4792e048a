"""What happened to one agreement, the newest first, page by page: its records, and its drafts' steps between them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.act import Act
from app.core.vocabulary import DraftStep, PartnerType
from app.db import db
from app.models import Attachment, Draft, DraftEvent, Machine, Record, SealedValue
from app.queries.attachments import readable
from app.queries.scope import drafts_of
from app.queries.timeline import SHOWN

A_PAGE = 30


@dataclass(frozen=True)
class Happened:
    """One record, or one step of a draft; who asked to be forgotten is missing among the people."""

    at: datetime
    event: str
    number: int | None = None
    hash: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    actor: dict[str, Any] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    before: str | None = None
    after: str | None = None
    draft: UUID | None = None
    files: Sequence[Attachment] = ()


def page(act: Act, machine: Machine, before: int | None = None) -> tuple[list[Happened], int | None]:
    """The entries before record `before`, and the number before which the next page begins."""
    query = select(Record).where(Record.machine_id == machine.id).order_by(Record.number.desc()).limit(A_PAGE + 1)
    rows = list(db.session.scalars(query.where(Record.number < before) if before else query))
    shown, more = rows[:A_PAGE], len(rows) > A_PAGE
    since = shown[-1].at if more else None
    until = _at(machine, before) if before else None
    found = [*_records(act, shown), *_steps(act, machine, since, until)]
    # Of what happened in the same moment a record is what the step led to.
    found.sort(key=lambda one: (one.at, one.number or 0), reverse=True)
    return found, shown[-1].number if more else None


def _at(machine: Machine, number: int) -> datetime | None:
    return db.session.scalar(select(Record.at).where(Record.machine_id == machine.id, Record.number == number))


def _records(act: Act, rows: Sequence[Record]) -> list[Happened]:
    bodies = {row.id: json.loads(row.body) for row in rows}
    people, files = _people(act, bodies), _files(act, list(bodies))
    return [_record(row, bodies[row.id], people.get(row.id, {}), files.get(row.id, ())) for row in rows]


def _record(row: Record, body: dict[str, Any], people: dict[str, str], files: Sequence[Attachment]) -> Happened:
    moved = {"before": body["before"], "after": body["after"]}
    told = {"facts": body["facts"], "actor": body["actor"], "people": people, "files": files}
    return Happened(row.at, row.event, row.number, row.hash, **told, **moved)


def _people(act: Act, bodies: dict[UUID, Any]) -> dict[UUID, dict[str, str]]:
    """What the records commit to, as far as nobody erased it and the caller may read it; see queries/records."""
    resells, own = act.partner_type is PartnerType.RESELLER, _own_drafts(act, bodies)
    columns = (SealedValue.record_id, SealedValue.name, SealedValue.value)
    query = select(*columns).where(SealedValue.record_id.in_(bodies))
    found: dict[UUID, dict[str, str]] = {}
    for id, name, value in db.session.execute(query.where(SealedValue.name.in_(SHOWN)) if resells else query):
        if not resells or name != "preparedBy" or bodies[id]["facts"].get("draft") in own:
            found.setdefault(id, {})[name] = str(value)
    return found


def _own_drafts(act: Act, bodies: dict[UUID, Any]) -> set[str]:
    named = [UUID(body["facts"]["draft"]) for body in bodies.values() if "draft" in body["facts"]]
    return {str(id) for id in db.session.scalars(select(Draft.id).where(Draft.id.in_(named), drafts_of(act)))}


def _files(act: Act, records: list[UUID]) -> dict[UUID, list[Attachment]]:
    found: dict[UUID, list[Attachment]] = {}
    query = select(Attachment).where(Attachment.record_id.in_(records), readable(act)).order_by(Attachment.id)
    for file in db.session.scalars(query):
        if file.record_id:
            found.setdefault(file.record_id, []).append(file)
    return found


def _steps(act: Act, machine: Machine, since: datetime | None, until: datetime | None) -> list[Happened]:
    """Those of the drafts that the caller sees; an approval is told by the record it became."""
    query = select(DraftEvent).join(Draft, Draft.id == DraftEvent.draft_id)
    query = query.where(Draft.machine_id == machine.id, drafts_of(act), DraftEvent.step != DraftStep.APPROVED)
    within = [*([DraftEvent.at >= since] if since else []), *([DraftEvent.at < until] if until else [])]
    return [
        Happened(row.at, f"draft-{row.step}", people=_said(row), draft=row.draft_id)
        for row in db.session.scalars(query.where(*within).order_by(DraftEvent.id))
    ]


def _said(row: DraftEvent) -> dict[str, str]:
    return {"actorName": row.actor} | ({"reason": row.note} if row.note else {})
