"""Many rows at once: each value as the models would store it, each table by one prepared statement."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Engine, event, insert
from sqlalchemy.engine import Connection

from app.db import Base
from app.models import (
    Customer,
    Machine,
    News,
    OutboxArchive,
    Purchase,
    Record,
    Relationship,
    SealedValue,
    Task,
)

# Parents before children, and the columns in the order of the tables; the others stay empty.
COLUMNS: dict[type[Base], str] = {
    Customer: "id domain cloud created_at",
    Relationship: "id partner_id customer_id state company country language first_name last_name email phone "
    "company_key domain mailbox created_at",
    Purchase: "id partner_id customer_id kind bought_on created_at",
    Machine: "id partner_id customer_id agreement_type state since number head scenario acceptance_number method "
    "assurance agreed_at template_id accepted_version revision",
    Record: "id partner_id machine_id number event body hash at",
    SealedValue: "id partner_id record_id name commitment salt value",
    News: "uid partner_id customer_id machine_id record_id type at seq before after facts",
    Task: "id partner_id machine_id kind created_at due_at",
    OutboxArchive: "id partner_id kind payload message_id attempts outcome created_at done_at",
}
# A batch touches pages all over the indexes of hashes: keep them at hand, copy them into the file less often, and do
# not wait for the disk at each commit. What CHECKs and foreign keys ask of every row holds of these by the way they are
# made, and takes a third of the time to ask; `assent db check` asks the former afterwards.
WIDE = (
    "PRAGMA cache_size=-500000",
    "PRAGMA wal_autocheckpoint=250000",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA ignore_check_constraints=ON",
    "PRAGMA foreign_keys=OFF",
)


class Moment(NamedTuple):
    """A time as records spell it, as the database keeps it, and its day."""

    stamp: str
    stored: str
    day: str


def later(than: Moment, days: int) -> str:
    """So many days after, as the database keeps it."""
    return f"{date.fromisoformat(than.day) + timedelta(days=days)}{than.stored[10:]}"


def zone(dialect: Dialect) -> str:
    """What follows a time as the database keeps it."""
    return "" if dialect.name == "sqlite" else "+00"


def moment(at: datetime, zone: str) -> Moment:
    """A time in UTC, to the millisecond."""
    text = at.isoformat(" ", "milliseconds")[:23]
    return Moment(f"{text[:10]}T{text[11:]}Z", f"{text}000{zone}", text[:10])


class Statements:
    """One database's INSERTs."""

    def __init__(self, dialect: Dialect) -> None:
        self._statements = {model: _statement(model, dialect) for model in COLUMNS}

    def write(self, connection: Connection, rows: Mapping[type[Base], list[tuple[Any, ...]]]) -> None:
        for model, statement in self._statements.items():
            if rows[model]:
                connection.exec_driver_sql(statement, rows[model])


def _statement(model: type[Base], dialect: Dialect) -> str:
    """An INSERT that takes its values by position."""
    columns: Sequence[str] = COLUMNS[model].split()
    style: dict[str, Any] = {"paramstyle": "qmark" if dialect.name == "sqlite" else "format"}
    compiled = insert(model).inline().compile(dialect=type(dialect)(**style), column_keys=columns)
    if list(compiled.positiontup or ()) != columns:
        raise RuntimeError(f"{model.__name__} wants its columns in another order")
    return str(compiled)


@contextmanager
def wide(engine: Engine) -> Iterator[None]:
    """On SQLite, connections with room for a great many rows; they are closed afterwards."""
    if engine.dialect.name != "sqlite":
        yield
        return
    engine.dispose()
    event.listen(engine, "connect", _widen)
    try:
        yield
    finally:
        event.remove(engine, "connect", _widen)
        engine.dispose()


def _widen(connection: Any, _record: object) -> None:
    for pragma in WIDE:
        connection.execute(pragma)
