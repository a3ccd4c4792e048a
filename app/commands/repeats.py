"""Requests that come twice: the first is done, the second gets what the first was answered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects import postgresql, sqlite

from app.db import db, new_id
from app.models import GivenAnswer

KEPT = timedelta(days=7)
# How long a twin waits for the first of the two, where the database lets two work at once.
WAIT = text("SET LOCAL lock_timeout = '10s'")
WAIT_AS_EVER = text("SET LOCAL lock_timeout = 0")
Insert = postgresql.Insert | sqlite.Insert
INSERT: dict[str, Callable[[type[GivenAnswer]], Insert]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


@dataclass(frozen=True)
class Key:
    """Whose request it is, to which route, and what makes it the same one."""

    partner_id: UUID
    credential: str
    route: str
    key: str
    request_sha256: str

    def held(self) -> dict[str, object]:
        return {"partner_id": self.partner_id, "credential": self.credential, "route": self.route, "key": self.key}


@dataclass(frozen=True)
class Given:
    status: int
    content: bytes
    content_type: str


def begin(key: Key, at: datetime, given: Given | None = None) -> GivenAnswer | None:
    """Take the key, with the answer where there is one already; or the row of whoever took it before.

    A twin of a request that is still worked on waits here until that one's transaction ends.
    """
    on_server = db.engine.dialect.name == "postgresql"
    row = {"id": new_id(), "request_sha256": key.request_sha256, "created_at": at, **key.held()}
    if given:
        row |= {"status": given.status, "content": given.content, "content_type": given.content_type}
    insert = INSERT[db.engine.dialect.name]
    if on_server:
        db.session.execute(WAIT)
    db.session.execute(insert(GivenAnswer).values(row).on_conflict_do_nothing())
    if on_server:
        db.session.execute(WAIT_AS_EVER)
    found = db.session.scalars(select(GivenAnswer).filter_by(**key.held())).one()
    return None if found.id == row["id"] else found


def keep(key: Key, given: Given) -> None:
    """What the request that holds the key is answered."""
    row = db.session.scalars(select(GivenAnswer).filter_by(**key.held())).one()
    row.status, row.content, row.content_type = given.status, given.content, given.content_type


def forget_old(now: datetime) -> None:
    db.session.execute(delete(GivenAnswer).where(GivenAnswer.created_at < now - KEPT))
