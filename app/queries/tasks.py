"""Tasks as people list them: the reader's own first, then nobody's, then others', each by when they are due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, select, tuple_

from app.core.act import Act
from app.core.duties import concerning
from app.core.lifecycle import State
from app.core.refusals import Reason, Refused
from app.core.vocabulary import DisputeStatus, DraftStatus, TaskKind
from app.db import db
from app.models import RELATED, Dispute, Draft, Machine, Relationship, Staff, Task
from app.queries.scope import visible_to

PAGE = 20


class Whose(StrEnum):
    MINE = "mine"
    NOBODYS = "nobodys"
    OTHERS = "others"


@dataclass(frozen=True)
class Asked:
    whose: Whose | None = None
    kind: TaskKind | None = None
    overdue: bool = False
    closed: bool = False


@dataclass(frozen=True)
class Mark:
    """After which task a page goes on."""

    whose: Whose
    at: datetime
    id: UUID


@dataclass(frozen=True)
class Shown:
    """A task with what it is about; the customer only as far as the reader may know it."""

    task: Task
    assignee: str | None
    customer_id: UUID | None
    company: str | None
    state: State | None
    draft_id: UUID | None
    dispute_id: UUID | None

    def overdue(self, now: datetime) -> bool:
        return self.task.closed_at is None and self.task.due_at < now


def of(act: Act, id: UUID) -> Task:
    """A task of the caller's partner that the caller may know of; all others are alike not there."""
    found = db.session.scalar(select(Task).where(Task.id == id, *_scope(act)))
    if found is None:
        raise Refused(Reason.NOT_FOUND, what="task id")
    return found


def page(act: Act, me: UUID, asked: Asked, most: int, after: Mark | None = None) -> tuple[list[Shown], Mark | None]:
    """One page, and where it ends when there are more."""
    found: list[tuple[Whose, Shown]] = []
    for whose in _groups(asked, after):
        if len(found) > most:
            break
        last = after if after and after.whose is whose else None
        query = _listed(act, asked, most + 1 - len(found), last)
        found += [(whose, one) for one in _read(query.where(_of(whose, me, asked)))]
    if len(found) <= most:
        return [one for _, one in found], None
    whose, end = found[most - 1]
    at = end.task.closed_at if asked.closed else end.task.due_at
    return [one for _, one in found[:most]], Mark(whose, at or end.task.due_at, end.task.id)


def waiting(act: Act, now: datetime) -> tuple[int, int]:
    """How many are open, and how many of them overdue."""
    mine = (*_scope(act), Task.closed_at.is_(None))
    open_ones = select(func.count()).select_from(Task).where(*mine).scalar_subquery()
    late = select(func.count()).select_from(Task).where(*mine, Task.due_at < now).scalar_subquery()
    row = db.session.execute(select(open_ones, late)).one()
    return int(row[0]), int(row[1])


def colleagues(partner_id: UUID) -> Sequence[Staff]:
    """Whom a task can be handed to."""
    there = (Staff.partner_id == partner_id, Staff.disabled_at.is_(None))
    return db.session.scalars(select(Staff).where(*there).order_by(Staff.name, Staff.id)).all()


def _scope(act: Act) -> list[ColumnElement[bool]]:
    """Where all kinds are the caller's to see, none is looked at: the index then tells all there is to count."""
    kinds = concerning(act)
    return [Task.partner_id == act.partner_id, *([Task.kind.in_(kinds)] if len(kinds) < len(TaskKind) else [])]


def _groups(asked: Asked, after: Mark | None) -> list[Whose]:
    """What is done is listed as one group; of what is open, each group after the other."""
    if asked.closed:
        return [asked.whose or Whose.OTHERS]
    groups = [asked.whose] if asked.whose else list(Whose)
    return groups[groups.index(after.whose) :] if after and after.whose in groups else groups


def _of(whose: Whose, me: UUID, asked: Asked) -> ColumnElement[bool]:
    if asked.closed and asked.whose is None:
        return Task.closed_at.is_not(None)
    return {
        Whose.MINE: Task.assignee_id == me,
        Whose.NOBODYS: Task.assignee_id.is_(None),
        Whose.OTHERS: and_(Task.assignee_id.is_not(None), Task.assignee_id != me),
    }[whose]


def _listed(act: Act, asked: Asked, most: int, after: Mark | None) -> Select[Any]:
    rank: Any = (Task.closed_at, Task.id) if asked.closed else (Task.due_at, Task.id)
    query = _query(act).where(*_scope(act), *_narrowed(asked, act.at)).limit(most)
    if after:
        last = tuple_(*(literal(value, column.type) for value, column in zip((after.at, after.id), rank, strict=True)))
        query = query.where(tuple_(*rank) < last if asked.closed else tuple_(*rank) > last)
    return query.order_by(*(column.desc() for column in rank)) if asked.closed else query.order_by(*rank)


def _narrowed(asked: Asked, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Task.closed_at.is_not(None) if asked.closed else Task.closed_at.is_(None)]
    found += [Task.kind == asked.kind] if asked.kind else []
    return found + ([Task.due_at < now] if asked.overdue and not asked.closed else [])


def _query(act: Act) -> Select[Any]:
    draft = select(Draft.id).where(
        Draft.machine_id == Task.machine_id, Draft.status.in_((DraftStatus.SUBMITTED, DraftStatus.RETURNED))
    )
    dispute = select(Dispute.id).where(Dispute.machine_id == Task.machine_id, Dispute.status == DisputeStatus.OPEN)
    columns: tuple[Any, ...] = (
        *(Task, Staff.name, Relationship.customer_id, Relationship.company, Machine.state),
        draft.order_by(Draft.id.desc()).limit(1).scalar_subquery(),
        dispute.limit(1).scalar_subquery(),
    )
    return (
        select(*columns)
        .select_from(Task)
        .outerjoin(Machine, Machine.id == Task.machine_id)
        .outerjoin(Relationship, and_(RELATED, visible_to(act, Relationship)))
        .outerjoin(Staff, Staff.id == Task.assignee_id)
    )


def _read(query: Select[Any]) -> list[Shown]:
    return [Shown(*row) for row in db.session.execute(query)]
