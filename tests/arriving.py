"""Webhooks that arrive in a test: a source of a partner's, and what came of what it told."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from app.auth import acts
from app.commands import arrivals
from app.core.act import Act
from app.core.hooks import SigningScheme
from app.core.policy import Rulebook
from app.db import db, transaction
from app.installation import installation
from app.models import HookSource, Machine, News, Partner, ReceivedHook, Task
from tests.channel import counts
from tests.model import reading

SEALED = b"sealed by the vault"
_number = count(1)


@dataclass
class Source:
    """A system that tells one partner what happened elsewhere."""

    row: HookSource
    rules: Rulebook

    def act(self, at: datetime | None = None) -> Act:
        act = acts.upstream(self.row)
        return replace(act, at=at or act.at)

    def tell(self, event: object, told: object, key: str | None = None, at: datetime | None = None) -> ReceivedHook:
        with transaction():
            return self.receive(event, told, key, at)

    def receive(self, event: object, told: object, key: str | None = None, at: datetime | None = None) -> ReceivedHook:
        return arrivals.receive(self.act(at), self.row, key or str(uuid4()), event, told, SEALED, self.rules)

    def says(self, event: str, machine: Machine, **told: Any) -> str:
        """What became of news about that customer: the outcome, and the reason if there is one."""
        row = self.tell(event, {"customerId": str(machine.customer_id), **told})
        return f"{row.outcome} {row.reason or ''}".strip()


def source_of(partner: Partner, scheme: SigningScheme = SigningScheme.STANDARD) -> Source:
    with transaction() as session:
        name = f"billing {next(_number)}"
        row = HookSource(partner_id=partner.id, name=name, scheme=scheme, created_at=datetime.now(UTC))
        session.add(row)
    return Source(row, installation().rules)


def grown(before: dict[str, int]) -> dict[str, int]:
    """Which tables have more rows than before, and how many."""
    return {name: number - before[name] for name, number in counts().items() if number != before[name]}


def state(machine: Machine) -> str:
    """Where it stands by the database, once its chain is known to be sound."""
    return str(reading.assert_chain_is_sound(machine.id)[-1]["after"])


def events(machine: Machine) -> list[str]:
    return [record["event"] for record in reading.assert_chain_is_sound(machine.id)]


def news(machine: Machine) -> list[str]:
    with db.engine.connect() as connection:
        return list(connection.scalars(select(News.type).where(News.machine_id == machine.id).order_by(News.id)))


def tasks(of: Machine | Partner) -> list[tuple[str, str | None]]:
    """The open tasks about an agreement, or those of a partner that are about none."""
    mine = Task.machine_id == of.id if isinstance(of, Machine) else Task.machine_id.is_(None)
    partner = of.partner_id if isinstance(of, Machine) else of.id
    query = select(Task.kind, Task.note).where(mine, Task.partner_id == partner, Task.closed_at.is_(None))
    with db.engine.connect() as connection:
        return [(str(kind), note) for kind, note in connection.execute(query.order_by(Task.id))]


def fresh(id: UUID, table: Any) -> Any:
    db.session.rollback()
    return db.session.get_one(table, id)
