"""The schema: where the database stands, where this code needs it, and how to get there safely."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

import app.models  # noqa: F401  the metadata is complete only with every table
from app.config import SetUpError
from app.db import WRITE, Base

if TYPE_CHECKING:
    from alembic.config import Config as Alembic

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x617373656E74  # "assent"


def _alembic(connection: Connection) -> Alembic:
    # Imported only to migrate: reading where the database stands must not cost every start a third of a second.
    from alembic.config import Config as Alembic

    config = Alembic()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes.update(connection=connection, metadata=Base.metadata)
    return config


def known() -> list[str]:
    """The revisions of this code, oldest first: the numbers that its migration files begin with."""
    return sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def head() -> str:
    return known()[-1]


def current(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return str(revision) if revision else None


def check_known(engine: Engine) -> str | None:
    """The revision the database is at; refused when a newer Assent has written it."""
    revision = current(engine)
    if revision is not None and revision not in known():
        raise SetUpError(
            f"the database is at schema {revision}, newer than this Assent knows ({head()}); "
            "install the Assent that wrote it, or restore a backup made before"
        )
    return revision


def upgrade(engine: Engine, before: Callable[[], object] | None = None) -> bool:
    """Bring the schema to this code's head, one process at a time; True when something was done.

    `before` is called first when there is an older schema to leave, for example to copy it.
    """
    from alembic import command

    with _alone(engine):
        revision = check_known(engine)
        if revision == head():
            return False
        if revision is not None and before is not None:
            before()
        with engine.connect() as connection, connection.execution_options(**{WRITE: True}).begin():
            command.upgrade(_alembic(connection), "head")
        return True


def differences(engine: Engine) -> None:
    """Raises when models and migrations disagree."""
    from alembic import command

    with engine.connect() as connection:
        command.check(_alembic(connection))


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    if engine.dialect.name == "sqlite":
        with Path(f"{engine.url.database}.migration").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})


def backup(engine: Engine, folder: Path) -> Path:
    """A consistent copy of a SQLite database beside the running service."""
    path = folder / f"assent-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.db"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The copy holds people's data: it is private from its first byte on.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(engine, path)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            path.unlink()
        says = error.strerror if isinstance(error, OSError) else error
        raise SetUpError(f"cannot copy the database to {folder}: {says}; make room or choose another folder") from error
    return path


def _copy(engine: Engine, path: Path) -> None:
    # Past SQLAlchemy, which would begin a transaction: VACUUM cannot run inside one.
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("VACUUM INTO ?", (str(path),))
    finally:
        connection.close()
    with path.open("rb") as file:
        os.fsync(file.fileno())
