"""Before anything runs: the instance folder can be written, the database answers and has this code's schema."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError

from app import schema
from app.config import Config, SetUpError
from app.db import db


def prepare(config: Config) -> None:
    """Make the instance folder, or say in one line why it cannot be used."""
    try:
        config.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = config.instance / f".probe-{secrets.token_hex(4)}"
        os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        probe.unlink()
    except OSError as error:
        raise SetUpError(
            f"cannot write to the instance folder {config.instance}: {error.strerror}; "
            "make it writable or set ASSENT_INSTANCE to another folder"
        ) from error


def prepare_database(config: Config) -> None:
    """SQLite is migrated here, after a copy; PostgreSQL only says that `assent db upgrade` is due."""
    with usable(config):
        revision = schema.check_known(_private(db.engine))
        if revision == schema.head():
            return
        if not config.sqlite:
            raise SetUpError(behind(revision))
    upgrade(config)


def upgrade(config: Config) -> bool:
    """Bring the schema to this code's; a SQLite database that holds something is copied first."""
    with usable(config):
        return schema.upgrade(_private(db.engine), before=(lambda: _copy_first(config)) if config.sqlite else None)


def _private(engine: Engine) -> Engine:
    """A new SQLite file is for its owner alone, whatever the umask; its log files then are so too."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        os.close(os.open(engine.url.database, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    return engine


def _copy_first(config: Config) -> None:
    copy = schema.backup(db.engine, config.instance / "backups")
    click.echo(f"migrating the database; a copy from before is {copy}", err=True)


def behind(revision: str | None) -> str:
    return f"the database is at schema {revision or 'none'}, this Assent needs {schema.head()}; run `assent db upgrade`"


@contextmanager
def usable(config: Config) -> Iterator[None]:
    """Whatever the database answers in there, it becomes one line that says what to do."""
    try:
        yield
    except IntegrityError:
        raise  # ours to get right, not the operator's
    except DBAPIError as error:
        raise SetUpError(_trouble(config, error)) from error


def _trouble(config: Config, error: DBAPIError) -> str:
    says = (str(error.orig).strip().splitlines() or [type(error.orig).__name__])[0]
    if not config.sqlite:
        return f"cannot use the database of DATABASE_URL: {says}; start it, or correct the setting"
    path = db.engine.url.database
    if type(error) is DatabaseError:  # what SQLite's driver raises for a file that makes no sense
        return f"{path} is damaged: {says}; put a backup in its place"
    return f"cannot use {path}: {says}; see that its folder is there, can be written and has room"
