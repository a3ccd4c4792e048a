"""Tasks for people: asked for once, however often the reason comes up; closed by what settles them, or by hand."""

from sqlalchemy import ColumnElement, exists, or_, select, update

from app.core.act import Act
from app.core.vocabulary import ActorKind, TaskKind
from app.db import db
from app.models import Machine, Task

# How a task begins that a new invitation does not settle.
UNARRIVED = "User name and first password did not arrive"


def ask_once(act: Act, kind: TaskKind, machine: Machine | None, note: str, *, same: bool = False) -> None:
    """One task at a time says so, however often it is told; with `same`, one for each thing that is said."""
    about = {"partner_id": act.partner_id, "machine_id": machine.id if machine else None, "kind": kind}
    held = [getattr(Task, name) == value for name, value in about.items()] + ([Task.note == note] if same else [])
    if not db.session.scalar(select(exists().where(*held, Task.closed_at.is_(None)))):
        db.session.add(Task(note=note, created_at=act.at, **about))


def finish(act: Act, machine: Machine, *kinds: TaskKind) -> None:
    """Close the open tasks of these kinds about this agreement; an account's first password is another matter."""
    other = or_(Task.note.is_(None), ~Task.note.startswith(UNARRIVED))
    finish_all(act, Task.machine_id == machine.id, Task.kind.in_(kinds), other)


def arrived(act: Act, machine: Machine) -> None:
    """Somebody has the customer's first password, or a link to another one is on its way."""
    lost = (Task.kind == TaskKind.MAIL_FAILED, Task.note.startswith(UNARRIVED))
    finish_all(act, Task.machine_id == machine.id, *lost)


def finish_all(act: Act, *which: ColumnElement[bool]) -> None:
    closed = {"closed_at": act.at, "closed_by": closer(act)}
    db.session.execute(update(Task).where(*which, Task.closed_at.is_(None)).values(closed))


def closer(act: Act) -> str:
    """Who a task was closed by; of a customer's person, only that it was the customer."""
    return act.signature if act.kind in (ActorKind.STAFF, ActorKind.SYSTEM) else act.kind.value
