"""Many endpoints are told side by side: trouble with one is no trouble for the others; what people change counts."""

import asyncio
from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import update

from app.commands import webhooks
from app.db import db, transaction
from app.messenger import Messenger
from app.models import News, WebhookEndpoint
from app.queries.parcels import BATCH
from app.rounds import Rounds
from tests.cast import Cast
from tests.receiver import Receiver
from tests.sizes import engines
from tests.telling import ME, add, by, endpoint, happen, number


async def told(app: Flask) -> None:
    """One round with all endpoints there are."""
    rounds = Rounds(app)
    messenger = Messenger(app.extensions["assent"], ME, rounds)
    settling = asyncio.create_task(messenger.settle())
    await messenger.claim()
    async with asyncio.timeout(20):
        while messenger.busy:
            await asyncio.sleep(0.01)
    settling.cancel()
    with suppress(asyncio.CancelledError):
        await settling
    await messenger.close()
    rounds.close()


@engines("sqlite")
@pytest.mark.usefixtures("clock")
def test_an_event_that_cannot_be_read_keeps_nothing_else_from_being_told(
    app: Flask, cast: Cast, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.messenger.GROUP_WAIT", 0.5)
    stuck = add(cast, receiver.url)
    happen(cast, BATCH + 1)
    well = add(cast, receiver.url)
    happen(cast, BATCH + 1)
    number()
    with transaction() as session:
        session.execute(update(News).where(News.seq == BATCH + 1).values(facts={"state": "of no such"}))
    asyncio.run(told(app))
    assert endpoint(stuck).cursor == BATCH
    assert endpoint(well).cursor == 2 * BATCH + 2


@engines("postgresql")
def test_a_cursor_is_set_back_also_when_a_worker_has_just_moved_it(cast: Cast) -> None:
    id = add(cast, "https://hooks.fabrikam.example/")
    with transaction() as session:
        end = session.get_one(WebhookEndpoint, id)
        with db.engine.begin() as worker:
            worker.execute(update(WebhookEndpoint).values(cursor=end.cursor + 1))
        webhooks.rewind(by(cast), end, 0)
    assert endpoint(id).cursor == 0


@engines("postgresql")
def test_of_two_who_replace_a_secret_at_once_neither_is_left_with_one_that_never_signs(cast: Cast) -> None:
    id = add(cast, "https://hooks.fabrikam.example/")
    with transaction() as session:
        end = session.get_one(WebhookEndpoint, id)
        with db.engine.begin() as other:
            other.execute(update(WebhookEndpoint).values(secret=b"theirs", former_secret=end.secret))
        webhooks.rotate(by(cast), end, b"ours")
    assert (endpoint(id).secret, endpoint(id).former_secret) == (b"ours", b"theirs")
