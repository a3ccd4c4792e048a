"""Tasks for people that are asked for once, however often the reason comes up."""

from sqlalchemy import exists, select

from app.core.act import Act
from app.core.vocabulary import TaskKind
from app.db import db
from app.models import Machine, Task


def ask_once(act: Act, kind: TaskKind, machine: Machine | None, note: str, *, same: bool = False) -> None:
    """One task at a time says so, however often it is told; with `same`, one for each thing that is said."""
    about = {"partner_id": act.partner_id, "machine_id": machine.id if machine else None, "kind": kind}
    held = [getattr(Task, name) == value for name, value in about.items()] + ([Task.note == note] if same else [])
    if not db.session.scalar(select(exists().where(*held, Task.closed_at.is_(None)))):
        db.session.add(Task(note=note, created_at=act.at, **about))
