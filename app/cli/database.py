"""`assent db`: upgrade, back up, check."""

from pathlib import Path

import click

from app.cli.shared import as_json, say
from app.config import SetUpError


@click.group("db")
def db_group() -> None:
    """The database: schema, copies, soundness."""


@db_group.command()
@as_json
def upgrade(json_: bool) -> None:
    """Bring the schema to this Assent's; safe to run from several hosts at once.

    \b
    Example: ASSENT_DATABASE_URL=postgresql+psycopg://assent@db/assent assent db upgrade
    """
    from sqlalchemy.exc import OperationalError

    from app import config as settings
    from app import create_app, preparation, schema
    from app.db import db

    config = settings.load()
    preparation.prepare(config)
    with create_app(config).app_context():
        try:
            before = schema.check_known(db.engine)
            if config.sqlite and before not in (None, schema.head()):
                schema.backup(db.engine, config.instance / "backups")
            changed = schema.upgrade(db.engine)
        except OperationalError as error:
            raise SetUpError(preparation.unreachable(config, error)) from error
    say({"schema": schema.head(), "changed": changed}, json_)


@db_group.command()
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="INSTANCE/backups if left out.")
@as_json
def backup(folder: Path | None, json_: bool) -> None:
    """Copy a SQLite database while the service runs (for PostgreSQL use pg_dump).

    \b
    Example: assent db backup --to /var/backups/assent
    """
    from app.cli.shared import application
    from app.db import db
    from app.installation import installation
    from app.schema import backup as copy

    with application().app_context():
        config = installation().config
        if not config.sqlite:
            raise SetUpError("a PostgreSQL database is backed up with pg_dump; keep KEYS_DIR beside the dump")
        path = copy(db.engine, folder or config.instance / "backups")
    say({"path": str(path), "bytes": path.stat().st_size}, json_)


@db_group.command()
@as_json
def check(json_: bool) -> None:
    """Check the schema, the database file and every chain of records; exit 1 at the first fault."""
    from app.cli.shared import application
    from app.queries import soundness

    with application().app_context():
        report = soundness.report()
    say(report, json_)
    if not report["sound"]:
        raise SystemExit(1)
