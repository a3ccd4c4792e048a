"""Invitations that are queued, SMTP servers they go to, and what has become of either."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.commands import portal
from app.core import codes
from app.core.carrying import Delivery
from app.core.vocabulary import Owed
from app.db import db, transaction
from app.installation import installation
from app.models import Invitation, Outbox
from app.outbox import JITTER
from tests.bulk import invite_many
from tests.cast import Cast
from tests.mail.postbox import Postbox
from tests.rows import clock, empty

_tale = count(1)


@pytest.fixture(name="boxes")
def opening() -> Iterator[list[Postbox]]:
    opened: list[Postbox] = []
    yield opened
    for box in opened:
        box.stop()


def opened(boxes: list[Postbox], *args: Any, **options: Any) -> Postbox:
    boxes.append(Postbox(*args, **options).start())
    return boxes[-1]


def fresh(cast: Cast, number: int) -> list[str]:
    """So many invitations are due, and nothing else."""
    empty()
    return invite_many(cast, number, f"tale{next(_tale)}-")


def invitations() -> Any:
    return Outbox.kind == Owed.INVITATION


def due() -> int:
    """Invitations that are due or carried."""
    db.session.rollback()
    waits = (invitations(), Outbox.dead_at.is_(None), (Outbox.due_at <= clock()) | Outbox.lease_owner.is_not(None))
    return db.session.scalar(select(func.count()).select_from(Outbox).where(*waits)) or 0


def settled() -> bool:
    return not due()


def queued() -> list[Any]:
    db.session.rollback()
    table = Outbox.__table__
    rows = select(table).where(table.c.kind == Owed.INVITATION, table.c.dead_at.is_(None))
    return list(db.session.execute(rows))


def carried() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Outbox).where(Outbox.lease_owner.is_not(None))) or 0


def ask_code(cast: Cast, mailbox: str) -> str:
    """The code that somebody asks for; it is owed from now on."""
    with transaction() as session:
        invitation = session.scalars(select(Invitation).where(Invitation.email == mailbox)).one()
        visit = portal.enter(cast.act(), invitation)
        portal.ask_code(cast.act(), visit, invitation)
    return codes.code(installation().keys.code, visit.id, visit.code_number)


def on_schedule(rows: Sequence[Any], before: datetime, pause: timedelta) -> None:
    after = clock()
    for row in rows:
        assert before + pause * (1 - JITTER) <= row.due_at <= after + pause * (1 + JITTER), row.last_error


def mailbox_of(row: Any) -> str:
    found = db.session.get_one(Invitation, UUID(row.payload["invitation"]))
    return str(found.email)


def delivery(mailbox: str) -> Delivery | None:
    return db.session.scalar(select(Invitation.delivery).where(Invitation.email == mailbox))
