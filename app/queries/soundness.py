"""Is what is stored sound: the file, the guards on records, every chain, and what is counted?"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.core import tally
from app.core.evidence import canonical, first_fault
from app.core.tally import MonthKey
from app.db import db
from app.models import Machine, Record
from app.queries import counts, progress

TRIGGERS = {
    "sqlite": {"record_is_never_edited", "record_is_never_deleted"},
    "postgresql": {"record_is_never_edited", "record_is_never_deleted", "record_is_never_truncated"},
}
SHOWN = 20


def triggers(engine: Engine) -> set[str]:
    """The triggers that are really there; batch migrations on SQLite drop them silently."""
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
    }[engine.dialect.name]
    with engine.connect() as connection:
        return set(connection.scalars(text(query)))


@dataclass
class Found:
    """What a check has come across so far."""

    machines: int = 0
    records: int = 0
    faults: list[str] = field(default_factory=list)
    unread: int = 0
    # What the records say that agreements went through in each month.
    passed: Counter[MonthKey] = field(default_factory=Counter)


def report() -> dict[str, Any]:
    """The faults found, by name; everything is read as of one moment, so that writers may go on."""
    engine, session, found = db.engine, db.session(), Found()
    try:
        missing = TRIGGERS[engine.dialect.name] - triggers(engine)
        found.faults += [f"trigger {name} is missing" for name in sorted(missing)]
        session.rollback()
        found.faults += _file_faults(session)
        _check_chains(session, found)
        found.faults += counts.faults(session)
        # Of chains that cannot be read nobody knows what they went through.
        found.faults += [] if found.unread else progress.faults(session, found.passed)
    except DBAPIError as error:
        found.faults.append(f"cannot be read: {error.orig}")
    session.rollback()
    return {
        "sound": not found.faults,
        "machines": found.machines,
        "records": found.records,
        "faults": found.faults[:SHOWN],
    }


def _file_faults(session: Session) -> list[str]:
    if session.get_bind().dialect.name != "sqlite":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return []
    return [f"integrity_check: {says}" for says in session.scalars(text("PRAGMA integrity_check")) if says != "ok"]


def _check_chains(session: Session, found: Found) -> None:
    rows = session.execute(select(Machine.id, Machine.number, Machine.head, Machine.partner_id, Machine.agreement_type))
    heads = {row.id: row for row in rows}
    for machine, chain in _chains(session):
        found.machines, found.records = found.machines + 1, found.records + len(chain)
        bodies, head = list(_bodies(chain)), heads.get(machine)
        fault = _fault(chain, bodies, (head.number, head.head) if head else None)
        if head and not fault:
            whose = (head.partner_id, head.agreement_type)
            found.passed.update((*whose, *what) for what in tally.passed(bodies))
        found.unread += bool(fault)
        found.faults += [f"machine {machine}: {fault}"] if fault else []
    if len(heads) != found.machines:
        found.faults.append(f"machines: {len(heads)} but {found.machines} have records")


def _chains(session: Session) -> Iterator[tuple[Any, list[Any]]]:
    rows = session.execute(
        select(Record.machine_id, Record.number, Record.event, Record.body, Record.hash)
        .order_by(Record.machine_id, Record.number)
        .execution_options(yield_per=1000)
    )
    for machine, group in groupby(rows, key=lambda row: row[0]):
        yield machine, list(group)


def _fault(chain: list[Any], bodies: list[dict[str, Any]], head: tuple[Any, ...] | None) -> str | None:
    fault = first_fault(bodies)
    if fault is None and len(bodies) < len(chain):
        return f"record {chain[len(bodies)].number}: is not what was written"
    if fault is None and head != (len(chain), chain[-1].hash):
        return f"record {len(chain)}: is not the head the machine remembers"
    return fault


def _bodies(chain: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """The records as far as they can be read and their columns say what they say."""
    for row in chain:
        try:
            body = json.loads(row.body)
            same = isinstance(body, dict) and canonical(body).decode() == row.body and body.get("event") == row.event
        except (ValueError, TypeError, RecursionError):
            same = False
        if not same:
            return
        yield body | {"hash": row.hash}
