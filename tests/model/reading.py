"""What the database says: narrow reads on connections of their own, so that no session's memory stands in between."""

import base64
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, case, cast, func, literal, literal_column, select, union_all

from app.db import db
from app.models import Invitation, Machine, News, Outbox, Record, Relationship, SealedValue, Task
from tests.verifier import first_fault

Tally = Counter[tuple[str, str]]


# By the names that the model has for these columns.
STANDING = (
    select(
        Machine.state,
        Machine.origin,
        Machine.since,
        Machine.scenario,
        Machine.method,
        Machine.accepted_version.label("version"),
        Machine.acceptance_number.label("acceptance"),
        Machine.number,
        Relationship.state.label("relation"),
    )
    .join(
        Relationship,
        (Relationship.partner_id == Machine.partner_id) & (Relationship.customer_id == Machine.customer_id),
    )
    .where(Machine.partner_id == bindparam("partner"))
)
STATUS_OF_TASK = Task.kind + case((Task.closed_at.is_(None), " open"), else_=" closed")
COUNTED: tuple[tuple[str, Any, Any], ...] = (
    ("record", Record, Record.event),
    ("news", News, News.type),
    ("outbox", Outbox, Outbox.kind),
    ("task", Task, STATUS_OF_TASK),
    ("invitation", Invitation, Invitation.status),
)
BY_KIND = [
    (table, select(literal(what), cast(word, String), func.count()).select_from(table).group_by(literal_column("2")))
    for what, table, word in COUNTED
]
ALL_ROWS = union_all(*(query for _, query in BY_KIND))
ROWS_OF_PARTNER = union_all(*(query.where(table.partner_id == bindparam("partner")) for table, query in BY_KIND))


def seen(partner: UUID) -> tuple[dict[str, Any], Tally]:
    """Where the partner's one agreement stands, and how many rows of each kind it has left."""
    with db.engine.connect() as connection:
        standing = connection.execute(STANDING, {"partner": partner}).mappings().one()
        return dict(standing), _tally(connection.execute(ROWS_OF_PARTNER, {"partner": partner}))


def tally() -> Tally:
    """How many rows of each kind there are at all."""
    with db.engine.connect() as connection:
        return _tally(connection.execute(ALL_ROWS))


def _tally(rows: Iterable[Any]) -> Tally:
    return Counter({(what, word): number for what, word, number in rows})


def chain(machine: UUID) -> list[dict[str, Any]]:
    """The records of a machine as anybody would be given them."""
    query = select(Record.body, Record.hash).where(Record.machine_id == machine).order_by(Record.number)
    with db.engine.connect() as connection:
        return [json.loads(body) | {"hash": digest} for body, digest in connection.execute(query)]


def personal(machine: UUID) -> dict[str, dict[str, Any]]:
    """The sealed values of a machine's records, as a verifier is given them."""
    query = (
        select(SealedValue.commitment, SealedValue.salt, SealedValue.value)
        .join(Record, Record.id == SealedValue.record_id)
        .where(Record.machine_id == machine)
    )
    with db.engine.connect() as connection:
        rows = connection.execute(query)
        return {seal: {"salt": base64.b64encode(salt).decode(), "value": value} for seal, salt, value in rows}


def news(partner: UUID) -> list[tuple[str, int]]:
    """The type of each line of news and the number of the record it tells of, in the order of writing."""
    query = (
        select(News.type, Record.number)
        .join(Record, Record.id == News.record_id)
        .where(News.partner_id == partner)
        .order_by(News.id)
    )
    with db.engine.connect() as connection:
        return [(kind, number) for kind, number in connection.execute(query)]


def assert_chain_is_sound(machine: UUID) -> list[dict[str, Any]]:
    """By the independent verifier, and by the machine: it stands where its last record ended."""
    records = chain(machine)
    fault = first_fault(records, personal(machine))
    assert fault is None, fault
    query = select(Machine.state, Machine.number, Machine.head).where(Machine.id == machine)
    with db.engine.connect() as connection:
        stands = connection.execute(query).one()
    assert tuple(stands) == (records[-1]["after"], len(records), records[-1]["hash"])
    return records
