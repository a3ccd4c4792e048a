"""Rows of the outbox for tests: put there, claimed as a worker does it, ended, looked at."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, insert, select, update

from app import outbox
from app.core.carrying import Lane
from app.core.vocabulary import Authority, Owed, PartnerType
from app.db import database_now, db, new_id, transaction
from app.models import MailPause, MailRoute, Outbox, OutboxArchive, Partner, TokenBucket
from app.outbox import Claimed
from app.settling import Result, settle

LEASE = timedelta(seconds=60)
OVER = timedelta(seconds=0)
KINDS = {Lane.BULK: Owed.INVITATION, Lane.INTERACTIVE: Owed.SIGN_IN_CODE, Lane.TIMER: Owed.INVITATION_EXPIRY}


def partners(number: int) -> list[UUID]:
    ids = [new_id() for _ in range(number)]
    row = {"name": "Fabrikam", "type": PartnerType.DIRECT_BILL, "country": "SE", "authority": Authority.LOCAL}
    with transaction() as session:
        session.execute(insert(Partner), [row | {"id": id, "created_at": database_now(session)} for id in ids])
    return ids


def put(
    partner: UUID, number: int = 1, lane: Lane = Lane.BULK, due_in: timedelta = OVER, domain: str | None = None
) -> list[UUID]:
    """So many rows of a partner; answers their ids, oldest first."""
    ids = [new_id() for _ in range(number)]
    payload = {"invitation": str(uuid4()), "machine": str(uuid4())}
    with transaction() as session:
        now = database_now(session)
        row = {"partner_id": partner, "lane": lane, "kind": KINDS[lane], "payload": payload, "created_at": now}
        row["domain"] = domain
        rows = [row | {"id": id, "dedupe": str(id), "due_at": now + due_in, "attempts": 0} for id in ids]
        session.execute(insert(Outbox), rows)
    return ids


def claim(me: str, room: int = 10, lease: timedelta = LEASE, rate: float = 0, **more: Any) -> list[Claimed]:
    """As the worker does it: with a session of its own."""
    db.session.remove()
    return outbox.claim(me, room, lease, rate, "assent.example", **more)


def end(me: str, *results: Result) -> None:
    db.session.remove()
    settle(me, results)


def stored(id: UUID) -> Any:
    db.session.rollback()
    table = Outbox.__table__
    return db.session.execute(select(table).where(table.c.id == id)).one_or_none()


def archived(id: UUID) -> Any:
    db.session.rollback()
    table = OutboxArchive.__table__
    return db.session.execute(select(table).where(table.c.id == id)).one_or_none()


def change(table: Any, *where: ColumnElement[bool], **values: Any) -> None:
    with transaction() as session:
        session.execute(update(table).where(*where).values(**values))


def clock() -> datetime:
    now = database_now(db.session())
    db.session.rollback()
    return now


def empty() -> None:
    with transaction() as session:
        for table in (Outbox, OutboxArchive, TokenBucket, MailPause, MailRoute):
            session.execute(delete(table))
