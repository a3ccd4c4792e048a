"""Is what is stored sound: the file, the guards on records, and every chain?"""

import json
from itertools import groupby
from typing import Any

from sqlalchemy import Engine, select, text

from app.core.evidence import first_fault
from app.db import db
from app.models import Machine, Record

TRIGGERS = {"record_is_never_edited", "record_is_never_deleted"}


def triggers(engine: Engine) -> set[str]:
    """The triggers that are really there; batch migrations on SQLite drop them silently."""
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
    }[engine.dialect.name]
    with engine.connect() as connection:
        return set(connection.scalars(text(query)))


def report() -> dict[str, Any]:
    engine = db.engine
    faults: list[str] = [f"trigger {name} is missing" for name in sorted(TRIGGERS - triggers(engine))]
    if engine.dialect.name == "sqlite":
        answer = db.session.scalar(text("PRAGMA integrity_check"))
        faults += [] if answer == "ok" else [f"integrity_check: {answer}"]
    machines = records = 0
    known = db.session.execute(select(Machine.id, Machine.number, Machine.head))
    heads = {id: (number, head) for id, number, head in known}
    rows = db.session.execute(
        select(Record.machine_id, Record.body, Record.hash)
        .order_by(Record.machine_id, Record.number)
        .execution_options(yield_per=1000)
    )
    for machine, group in groupby(rows, key=lambda row: row[0]):
        chain = [json.loads(body) | {"hash": hash} for _, body, hash in group]
        machines, records = machines + 1, records + len(chain)
        fault = first_fault(chain)
        if fault is None and heads.get(machine) != (len(chain), chain[-1]["hash"]):
            fault = f"record {len(chain)}: is not the head the machine remembers"
        faults += [f"machine {machine}: {fault}"] if fault else []
    faults += [f"machines: {len(heads)} but {machines} have records"] if len(heads) != machines else []
    return {"sound": not faults, "machines": machines, "records": records, "faults": faults[:20]}
