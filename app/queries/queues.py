"""The queues of drafts: those that wait for me, for my side, for the other side, that came back, that are decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_

from app.core.act import Act
from app.core.permissions import TABLE, Action
from app.core.refusals import Reason, Refused
from app.core.vocabulary import DraftStatus, PartnerType, Role
from app.db import db
from app.models import RELATED, Draft, DraftEvent, Machine, Partner, Relationship, RoleGrant, Staff
from app.queries.keysets import spelled
from app.queries.scope import drafts_of

MOST = 50


class Queue(StrEnum):
    ME = "me"
    SIDE = "side"
    RETURNED = "returned"
    OTHERS = "others"
    DECIDED = "decided"


def of_side(act: Act) -> tuple[Queue, ...]:
    """Those there can be for the caller's kind of partner."""
    if act.partner_type is PartnerType.RESELLER:
        return Queue.RETURNED, Queue.OTHERS, Queue.DECIDED
    return Queue.ME, Queue.SIDE, Queue.RETURNED, Queue.DECIDED


@dataclass(frozen=True)
class Waiting:
    draft: Draft
    relationship: Relationship
    source: str  # the partner that prepared it
    assignee: str | None


def _condition(act: Act, me: UUID, queue: Queue) -> ColumnElement[bool]:
    """`SIDE`: mine decides; `OTHERS`: mine has prepared it, and another decides."""
    waits, decides = Draft.status == DraftStatus.SUBMITTED, Draft.partner_id == act.partner_id
    conditions = {
        Queue.ME: and_(waits, decides, or_(Draft.assignee_id == me, Draft.substitute_id == me)),
        Queue.SIDE: and_(waits, decides),
        Queue.RETURNED: and_(Draft.status == DraftStatus.RETURNED, Draft.from_partner_id == act.partner_id),
        Queue.OTHERS: and_(waits, Draft.from_partner_id == act.partner_id, Draft.partner_id != act.partner_id),
        Queue.DECIDED: and_(Draft.status.in_((DraftStatus.APPROVED, DraftStatus.DISCARDED)), drafts_of(act)),
    }
    return conditions[queue]


def counts(act: Act, me: UUID) -> dict[Queue, int]:
    """How many wait in each; of those that are decided nobody waits for any."""
    waiting = [queue for queue in Queue if queue is not Queue.DECIDED]
    parts = [
        select(func.count()).select_from(Draft).where(_condition(act, me, queue)).scalar_subquery() for queue in waiting
    ]
    return dict(zip(waiting, db.session.execute(select(*parts)).one(), strict=True))


def page(
    act: Act, me: UUID, queue: Queue, after: tuple[datetime, UUID] | None = None
) -> tuple[list[Waiting], str | None]:
    """Those that wait longest first, of the decided the newest first; and the key of the last where there are more."""
    rank = (Draft.submitted_at, Draft.id)
    newest = queue is Queue.DECIDED
    query = (
        select(Draft, Relationship, Partner.name, Staff.name)
        .join(Machine, Machine.id == Draft.machine_id)
        .join(Relationship, RELATED)
        .join(Partner, Partner.id == Draft.from_partner_id)
        .outerjoin(Staff, Staff.id == Draft.assignee_id)
        .where(_condition(act, me, queue))
        .order_by(*(column.desc() if newest else column for column in rank))
        .limit(MOST + 1)
    )
    if after:
        last = tuple_(*(literal(value, column.type) for value, column in zip(after, rank, strict=True)))
        query = query.where(tuple_(*rank) < last if newest else tuple_(*rank) > last)
    rows = [Waiting(*row) for row in db.session.execute(query)]
    end = rows[MOST - 1].draft if len(rows) > MOST else None
    return rows[:MOST], spelled(end.submitted_at, end.id) if end else None


def events(draft: Draft) -> Sequence[DraftEvent]:
    """What happened to it, the same for both sides."""
    held = (DraftEvent.partner_id == draft.partner_id, DraftEvent.draft_id == draft.id)
    return db.session.scalars(select(DraftEvent).where(*held).order_by(DraftEvent.id)).all()


def deciders(act: Act) -> Sequence[Staff]:
    """Who at the caller's partner may be asked to decide drafts."""
    return db.session.scalars(_able(act).order_by(Staff.name).limit(500)).all()


def decider(act: Act, id: UUID) -> Staff:
    found: Staff | None = db.session.scalar(_able(act).where(Staff.id == id))
    if found is None:
        raise Refused(Reason.NOT_FOUND, what="staff id")
    return found


def _able(act: Act) -> Any:
    roles = [Role(role) for role in act.overrides.get(Action.APPROVE_DRAFT, TABLE[Action.APPROVE_DRAFT].roles)]
    holds = select(RoleGrant.staff_id).where(RoleGrant.partner_id == act.partner_id, RoleGrant.role.in_(roles))
    return select(Staff).where(Staff.partner_id == act.partner_id, Staff.disabled_at.is_(None), Staff.id.in_(holds))
