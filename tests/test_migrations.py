"""From one schema to the next: once, whole, after a copy, and never backwards."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest
import sqlalchemy
from alembic import command
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text

from app import create_app, schema
from app.config import SetUpError, load
from app.db import WRITE, _open_sqlite, db
from app.queries import soundness
from tests.cast import introduce
from tests.cli.terminal import run
from tests.conftest import create_database
from tests.servers import COMPILED, ROOT, Assent

_context = get_context("forkserver")
_context.set_forkserver_preload(["pytest", "tests.cli.terminal", "app.schema"])

NEXT = """
from alembic import op
import sqlalchemy as sa

revision, down_revision, branch_labels, depends_on = "0007", "0006", None, None


def upgrade() -> None:
    op.add_column("attempt", sa.Column("note", sa.String(10), nullable=True))
"""
DIES = """
    import os
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def app(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An application on an empty database of this test's own."""
    if database_url.startswith("postgresql"):
        database_url = create_database(request.getfixturevalue("postgres"))
    else:
        database_url = f"sqlite:///{tmp_path / 'assent.db'}"
    found = create_app(load({"ASSENT_INSTANCE": str(tmp_path), "ASSENT_DATABASE_URL": database_url}))
    yield found
    with found.app_context():
        db.engine.dispose()


def newer(app: Flask, folder: Path, migration: str = NEXT) -> Assent:
    """An Assent that is one migration ahead of this one, for the same installation."""
    shutil.copytree(ROOT / "app", folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "templates", folder / "templates")
    ours, theirs = (COMPILED / home.relative_to("/") / "app" for home in (ROOT, folder))
    if ours.exists():
        shutil.copytree(ours, theirs, dirs_exist_ok=True)
    (folder / "app" / "migrations" / "versions" / "0007_the_next.py").write_text(migration)
    found = Assent(Path(settings(app)["INSTANCE"]), DATABASE_URL=settings(app)["DATABASE_URL"])
    found.home = folder
    return found


def settings(app: Flask) -> dict[str, str]:
    config = app.extensions["assent"].config
    return {"INSTANCE": str(config.instance), "DATABASE_URL": config.database_url}


def revision(url: str) -> str:
    """Where a database stands, asked past our own code."""
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        found = str(connection.scalar(text("SELECT version_num FROM alembic_version")))
    engine.dispose()
    return found


def test_the_revisions_are_those_that_alembic_finds(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        scripts = ScriptDirectory.from_config(schema._alembic(connection))
    assert schema.known() == [script.revision for script in scripts.walk_revisions()][::-1]
    assert schema.head() == scripts.get_current_head()


def test_an_upgrade_from_nothing_happens_once(app: Flask) -> None:
    with app.app_context():
        assert schema.current(db.engine) is None
        assert schema.upgrade(db.engine) is True
        assert schema.current(db.engine) == schema.head()
        assert schema.upgrade(db.engine) is False


def test_the_guards_of_records_are_there_after_every_migration(app: Flask) -> None:
    with app.app_context():
        for number in schema.known():
            with db.engine.connect() as connection, connection.execution_options(**{WRITE: True}).begin():
                command.upgrade(schema._alembic(connection), number)
            assert soundness.triggers(db.engine) == soundness.TRIGGERS[db.engine.dialect.name], number


def test_of_four_that_upgrade_at_once_one_migrates(app: Flask) -> None:
    together = _context.Barrier(4)
    with ProcessPoolExecutor(4, _context, initializer=together.wait) as four:
        asked = [four.submit(partial(run, "db", "upgrade", "--json", **settings(app))) for _ in range(4)]
        done = [one.result() for one in asked]
    assert [(one.code, one.err) for one in done] == [(0, "")] * 4
    assert sorted(json.loads(one.out)["changed"] for one in done) == [False, False, False, True]
    assert revision(settings(app)["DATABASE_URL"]) == schema.head()


def test_of_six_that_open_a_fresh_file_at_once_none_is_turned_away(tmp_path: Path) -> None:
    def opens(connection: sqlite3.Connection) -> None:
        together.wait()
        _open_sqlite(connection, None)

    together = threading.Barrier(6)
    with ThreadPoolExecutor(6) as six:
        for number in range(100):
            connections = [sqlite3.connect(tmp_path / str(number), check_same_thread=False) for _ in range(6)]
            list(six.map(opens, connections))
            for connection in connections:
                connection.close()


def test_a_newer_assent_migrates_sqlite_after_a_copy_and_postgresql_when_told(app: Flask, tmp_path: Path) -> None:
    run("db", "upgrade", **settings(app))
    added = run("partner", "add", "--name", "Fabrikam", "--type", "direct-bill", "--country", "SE", **settings(app))
    assert added.code == 0, added
    ahead, sqlite = newer(app, tmp_path / "newer"), settings(app)["DATABASE_URL"].startswith("sqlite")
    first = ahead.run("token", "list", "--json")
    if sqlite:
        assert first.returncode == 0
        assert json.loads(first.stdout)["totalCount"] == 0
        [copy] = (tmp_path / "backups").iterdir()
        assert first.stderr == f"migrating the database; a copy from before is {copy}\n"
        assert revision(f"sqlite:///{copy}") == "0006"
        with sqlite3.connect(copy) as connection:
            assert connection.execute("SELECT name FROM partner").fetchall() == [("Fabrikam",)]
        connection.close()
    else:
        assert (first.returncode, first.stdout) == (1, "")
        assert first.stderr.endswith("is at schema 0006, this Assent needs 0007; run `assent db upgrade`\n")
    upgraded = ahead.run("db", "upgrade", "--json")
    assert (upgraded.returncode, upgraded.stderr) == (0, "")
    assert json.loads(upgraded.stdout) == {"schema": "0007", "changed": not sqlite}
    assert len(list((tmp_path / "backups").glob("*"))) == int(sqlite)
    assert revision(settings(app)["DATABASE_URL"]) == "0007"
    behind = run("db", "check", **settings(app))
    assert (behind.code, behind.out) == (1, "")
    assert behind.err == (
        "assent: the database is at schema 0007, newer than this Assent knows (0006); "
        "install the Assent that wrote it, or restore a backup made before\n"
    )


def test_a_migration_that_is_killed_half_way_has_not_happened(app: Flask, tmp_path: Path) -> None:
    run("db", "upgrade", **settings(app))
    killed = newer(app, tmp_path / "newer", NEXT + DIES).run("db", "upgrade")
    assert killed.returncode == -9
    assert revision(settings(app)["DATABASE_URL"]) == "0006"
    with app.app_context():
        columns = {column["name"] for column in sqlalchemy.inspect(db.engine).get_columns("attempt")}
    assert "note" not in columns
    assert run("db", "check", **settings(app)).code == 0


@pytest.mark.parametrize("number", ["0007", "9999", "f00"])
def test_a_schema_of_the_future_is_left_alone(app: Flask, number: str) -> None:
    with app.app_context():
        schema.upgrade(db.engine)
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": number})
        for refused in (schema.check_known, schema.upgrade):
            with pytest.raises(SetUpError, match=f"at schema {number}, newer than this Assent knows"):
                refused(db.engine)
        assert schema.current(db.engine) == number


def test_a_copy_made_while_somebody_writes_is_sound(tmp_path: Path) -> None:
    app, stop = create_app(load({"ASSENT_INSTANCE": str(tmp_path)})), threading.Event()

    def write() -> None:
        with app.app_context():
            cast = introduce()
            while not stop.is_set():
                cast.customer().invite()

    with app.app_context():
        schema.upgrade(db.engine)
        writer = threading.Thread(target=write)
        writer.start()
        try:
            copies = [schema.backup(db.engine, tmp_path / "copies") for _ in range(10)]
        finally:
            stop.set()
            writer.join()
        db.engine.dispose()
    found = [sound(copy) for copy in copies]
    assert found == sorted(found)
    assert found[-1] > found[0]


def sound(copy: Path) -> int:
    """How many records a copy holds, all of them in sound chains."""
    instance = copy.with_suffix("")
    instance.mkdir()
    done = run("db", "check", "--json", INSTANCE=str(instance), DATABASE_URL=f"sqlite:///{copy}")
    report = json.loads(done.out)
    assert report["faults"] == []
    return int(report["records"])
