"""The database: engine set-up for SQLite and PostgreSQL, the declarative base, and `transaction()`."""

import fcntl
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, Enum, MetaData, String, Uuid, event, func, literal_column, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator
from uuid_utils.compat import uuid7

from app.core.refusals import Reason, Refused

T = TypeVar("T", bound=StrEnum)
Item = TypeVar("Item")
WRITE = "assent_write"
LEFT = "assent_left"
LOST = ("23505", "40P01")  # PostgreSQL: unique_violation, deadlock_detected

# How long to wait for a lock, and for a server that does not answer at all.
PATIENCE = 10
SQLITE: dict[str, Any] = {"connect_args": {"timeout": PATIENCE}}
SERVER: dict[str, Any] = {"pool_pre_ping": True, "pool_size": 10, "connect_args": {"connect_timeout": 5}}

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Utc(TypeDecorator[datetime]):
    """Aware UTC datetimes in, aware UTC datetimes out, on a database that knows zones and on one that does not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone is not a time")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def vocabulary(words: type[StrEnum], name: str) -> Enum:
    """A column of a closed vocabulary: a string with a CHECK, loaded as the StrEnum."""
    return Enum(
        words,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda kind: [word.value for word in kind],
    )


def by_bytes(length: int) -> String:
    """A string in the order of its characters' numbers on both engines, so that an index finds what begins alike."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


Base.registry.update_type_annotation_map({datetime: Utc(), UUID: Uuid()})

db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False})


def new_id() -> UUID:
    """A time-ordered uuid, so that fresh rows lie side by side."""
    return uuid7()


def least_id(at: datetime) -> UUID:
    """What every id made since is greater than."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def init_app(app: Flask, url: str) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    # Errors that reach the log must not carry people's data with them.
    options = SQLITE if url.startswith("sqlite") else SERVER
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"hide_parameters": True, **options}
    db.init_app(app)
    with app.app_context():
        _set_up(db.engine)


def _set_up(engine: Engine) -> None:
    """Give an engine the behaviour the product relies on."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def _open_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    if _journal_mode(connection) != "wal":
        raise OSError("SQLite cannot keep a write-ahead log here; is the instance folder on a network share?")
    for pragma in ("PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON", "PRAGMA busy_timeout=10000"):
        connection.execute(pragma)


def _journal_mode(connection: Any) -> str:
    """Of several that open a fresh file at once SQLite turns all but one away here, whatever the busy timeout."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return str(connection.execute("PRAGMA journal_mode=WAL").fetchone()[0])
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its place at once: a deferred BEGIN that is upgraded later fails with "database is locked".
    writes = connection.get_execution_options().get(WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _write_queue() -> Iterator[None]:
    """On SQLite writers of all processes queue on a lock file; its own busy loop starves some of them."""
    engine = db.engine
    if engine.dialect.name != "sqlite" or engine.url.database in (None, "", ":memory:"):
        yield
        return
    with Path(f"{engine.url.database}.queue").open("a") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield


@contextmanager
def _marked(session: Session) -> Iterator[None]:
    session.info[WRITE], session.info[LEFT] = True, {}
    try:
        yield
    finally:
        session.info[WRITE], session.info[LEFT] = False, {}


def before_commit(work: Callable[[Iterable[Item]], None], item: Item) -> None:
    """Leave something for the transaction's end: `work` is then done once on all that was left for it."""
    db.session.info.setdefault(LEFT, {}).setdefault(work, []).append(item)


def _finish(session: Session) -> None:
    for work, items in session.info[LEFT].items():
        work(items)


@contextmanager
def transaction() -> Iterator[Session]:
    """The one way to write: begins, yields the session, commits; whoever lost a race gets `changed-meanwhile`."""
    session = db.session()
    if session.info.get(WRITE):
        raise RuntimeError("a transaction is open already; commands compose, only the edge says transaction()")
    session.rollback()
    with _write_queue(), _marked(session):
        try:
            session.connection(execution_options={WRITE: True})
            yield session
            _finish(session)
            session.commit()
        except StaleDataError as error:
            session.rollback()
            raise Refused(Reason.CHANGED_MEANWHILE) from error
        except DBAPIError as error:
            session.rollback()
            if lost_race(error):
                raise Refused(Reason.CHANGED_MEANWHILE) from error
            raise
        except BaseException:
            session.rollback()
            raise


@contextmanager
def steady() -> Iterator[Session]:
    """Several reads of one and the same moment, however much is written meanwhile."""
    session = db.session()
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        yield session
    finally:
        session.rollback()


def lost_race(error: DBAPIError) -> bool:
    """True for a broken UNIQUE or a deadlock: somebody else wrote first, and the same again may do."""
    return getattr(error.orig, "sqlstate", None) in LOST or "UNIQUE constraint failed" in str(error.orig)


def database_now(session: Session) -> datetime:
    """The database's clock: the only one that all workers share."""
    if session.get_bind().dialect.name == "sqlite":
        text = session.execute(select(func.strftime("%Y-%m-%dT%H:%M:%f", "now"))).scalar_one()
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    return session.execute(select(literal_column("clock_timestamp()", Utc()))).scalar_one()
