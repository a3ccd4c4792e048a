"""A worker inside the test, on the test's own application, until something has come about."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from app.config import load
from app.db import db
from app.installation import Installation
from app.models import Outbox, OutboxArchive
from app.worker import Worker

PATIENCE = 30.0


def work(
    app: Flask, until: Callable[[], Any], during: Callable[[], None] | None = None, patience: float = PATIENCE
) -> None:
    """Run one worker until `until()` holds, then stop it as a signal would."""

    def asked(question: Callable[[], Any]) -> Any:
        with app.app_context():
            return question()

    async def scenario() -> None:
        worker = Worker(app)
        running = asyncio.create_task(worker.run())
        try:
            if during:
                await asyncio.to_thread(during)
            end = time.monotonic() + patience
            while not await asyncio.to_thread(asked, until):
                assert time.monotonic() < end, f"it did not come about within {patience:g} s"
                assert not running.done(), "the worker ended by itself"
                await asyncio.sleep(0.02)
        finally:
            worker.rounds.stop.set()
            await running

    db.session.rollback()
    asyncio.run(scenario())
    db.session.rollback()


@contextmanager
def settings(app: Flask, **changes: str) -> Iterator[None]:
    """Other settings for a while, read as the environment gives them."""
    place: Installation = app.extensions["assent"]
    config = place.config
    environ = {"INSTANCE": str(config.instance), "DATABASE_URL": config.database_url} | changes
    app.extensions["assent"] = replace(place, config=load({f"ASSENT_{name}": v for name, v in environ.items()}))
    try:
        yield
    finally:
        app.extensions["assent"] = place


def outbox_of(invitation: UUID, kind: str) -> Any:
    """The outbox row of an invitation, or None."""
    return _one(Outbox.__table__, invitation, kind)


def archive_of(invitation: UUID, kind: str) -> Any:
    return _one(OutboxArchive.__table__, invitation, kind)


def _one(table: Any, invitation: UUID, kind: str) -> Any:
    db.session.rollback()
    rows = db.session.execute(select(table).where(table.c.kind == kind)).all()
    found = [row for row in rows if row.payload["invitation"] == str(invitation)]
    db.session.rollback()
    return found[0] if found else None
