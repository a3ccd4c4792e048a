"""`assent db`: upgrade, back up, check."""

from pathlib import Path
from typing import Any

import click

from app.cli.shared import as_json, opened, say
from app.config import SetUpError


@click.group("db")
def db_group() -> None:
    """The database: schema, copies, soundness."""


@db_group.command()
@as_json
def upgrade(json_: bool) -> None:
    """Bring the schema to this Assent's.

    Safe to run from several hosts at once: one migrates, the others wait. A SQLite database is copied first.

    \b
    Example: ASSENT_DATABASE_URL=postgresql+psycopg://assent@db/assent assent db upgrade
    """
    from app import preparation, schema

    with opened(prepare=False) as app:
        changed = preparation.upgrade(app.extensions["assent"].config)
    say({"schema": schema.head(), "changed": changed}, json_)


@db_group.command()
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the copy; INSTANCE/backups if left out.",
)
@as_json
def backup(folder: Path | None, json_: bool) -> None:
    """Copy a SQLite database while the service runs.

    The keys are not in it: copy KEYS_DIR too, to another place. For PostgreSQL use pg_dump.

    \b
    Example: assent db backup --to /var/backups/assent
    """
    from app.db import db
    from app.schema import backup as copy

    with opened() as app:
        config = app.extensions["assent"].config
        if not config.sqlite:
            raise SetUpError("a PostgreSQL database is copied with pg_dump; copy KEYS_DIR too, to another place")
        path = copy(db.engine, folder or config.instance / "backups")
    say({"path": str(path), "bytes": path.stat().st_size}, json_)


@db_group.command()
@as_json
def check(json_: bool) -> None:
    """Check the database and every chain of records.

    Looks at the schema, the file, the guards on records, and recomputes every hash; exit 1 if anything is wrong.

    \b
    Example: assent db check --json
    """
    from app.queries import soundness

    with opened():
        report = soundness.report()
    say(report, json_, _words(report))
    if not report["sound"]:
        raise SetUpError("the database is not sound; keep a copy of it as it is, then put a backup in its place")


def _words(report: dict[str, Any]) -> str:
    found = f"{report['machines']} agreements, {report['records']} records"
    return "\n".join([f"sound: {found}"] if report["sound"] else [f"not sound: {found}", *report["faults"]])
