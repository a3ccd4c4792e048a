"""Tasks of an older Assent get their deadline with the upgrade."""

from alembic import command
from flask import Flask
from sqlalchemy import select, text

from app import schema
from app.core import duties
from app.core.vocabulary import TaskKind
from app.db import WRITE, db, new_id
from app.models import Task
from tests.test_migrations import app  # noqa: F401  an empty database of the test's own

OLD = "2026-10-30 12:34:56.789"


def test_a_task_of_an_older_assent_is_due_as_if_it_had_come_up_now(app: Flask) -> None:  # noqa: F811
    with app.app_context():
        climb("0005")
        partner = {"id": new_id().hex, "at": OLD}
        insert = "INSERT INTO partner (id, name, type, country, authority, created_at) "
        with db.engine.begin() as connection:
            connection.execute(text(f"{insert} VALUES (:id, 'Fabrikam', 'direct-bill', 'SE', 'local', :at)"), partner)
            for kind in TaskKind:
                values = {"id": new_id().hex, "partner": partner["id"], "kind": kind.value, "at": OLD}
                insert_task = "INSERT INTO task (id, partner_id, kind, created_at) VALUES (:id, :partner, :kind, :at)"
                connection.execute(text(insert_task), values)
        climb("0006")
        found = db.session.scalars(select(Task)).all()
        assert {task.kind for task in found} == set(TaskKind)
        assert [task.due_at for task in found] == [duties.due(task.kind, task.created_at) for task in found]
        db.session.rollback()


def climb(revision: str) -> None:
    with db.engine.connect() as connection, connection.execution_options(**{WRITE: True}).begin():
        command.upgrade(schema._alembic(connection), revision)
