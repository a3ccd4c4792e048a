"""Before anything runs: the instance folder can be written, the database answers and has this code's schema."""

import os
import secrets

import click
from sqlalchemy.exc import OperationalError

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
    engine = db.engine
    try:
        revision = schema.check_known(engine)
        if revision == schema.head():
            return
        if not config.sqlite:
            raise SetUpError(
                f"the database is at schema {revision or 'none'}, this Assent needs {schema.head()}; "
                "run `assent db upgrade`"
            )
        if revision is not None:
            copy = schema.backup(engine, config.instance / "backups")
            click.echo(f"migrating the database; a copy from before is {copy}", err=True)
        schema.upgrade(engine)
    except OperationalError as error:
        raise SetUpError(unreachable(config, error)) from error


def unreachable(config: Config, error: OperationalError) -> str:
    where = "the SQLite database in the instance folder" if config.sqlite else "the database of DATABASE_URL"
    return f"cannot reach {where}: {str(error.orig).strip().splitlines()[0]}; start it or correct the setting"
