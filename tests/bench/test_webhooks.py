"""How fast webhooks go out: one worker, signed and written down, beside a bare client with ready-made bytes."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest
import uvloop
from sqlalchemy import select

from app import create_app, schema, vault
from app.config import load
from app.core.hooks import Calling, SigningScheme
from app.db import database_now, db, transaction
from app.hooks import signing
from app.models import News, NewsCounter, WebhookDelivery, WebhookEndpoint
from tests.bench.beside import count, ratio
from tests.cast import introduce
from tests.servers import ROOT, Assent, free_port, socket_open, wait_for

ENDPOINTS, EVENTS = 20, 1000
POSTS = ENDPOINTS * EVENTS
BAR = 0.5  # what we want to reach
HELD = 0.22  # what we hold now, with room for a noisy machine

pytestmark = pytest.mark.bench


@pytest.fixture(scope="module")
def sink() -> Iterator[int]:
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "tests.bench.sink", str(port)], cwd=ROOT)
    wait_for(lambda: socket_open(port), "the sink")
    yield port
    server.terminate()
    server.wait(10)


def bare(port: int) -> float:
    """Posts a second of the same client library over as many connections, unsigned, with nothing else to do."""
    body = b"x" * 900

    async def carry(session: aiohttp.ClientSession, left: Iterator[int]) -> None:
        for _ in left:
            async with session.post(f"http://127.0.0.1:{port}/", data=body) as answer:
                await answer.read()

    async def everything() -> float:
        left, began = iter(range(POSTS)), time.perf_counter()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=ENDPOINTS)) as session:
            await asyncio.gather(*(carry(session, left) for _ in range(ENDPOINTS)))
        return POSTS / (time.perf_counter() - began)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(everything())


def happen(partner: UUID) -> None:
    """So many numbered events, all of one agreement, as the sequencer leaves them."""
    first = db.session.scalars(select(News).order_by(News.id).limit(1)).one()
    facts = {name: getattr(first, name) for name in ("machine_id", "customer_id", "type", "before", "after", "facts")}
    with transaction() as session:
        now, last = database_now(session), session.get_one(NewsCounter, partner)
        rows = [News(partner_id=partner, at=now, seq=last.seq + number, **facts) for number in range(1, EVENTS + 1)]
        session.add_all(rows)
        last.seq += EVENTS


def listen(partner: UUID, port: int) -> None:
    secret = vault.seal(signing.new_secret())
    with transaction() as session:
        now, cursor = database_now(session), session.get_one(NewsCounter, partner).seq
        shared = {"partner_id": partner, "scheme": SigningScheme.STANDARD, "events": ["*"], "secret": secret}
        shared |= {"cursor": cursor, "furthest": cursor, "created_at": now}
        session.add_all(
            WebhookEndpoint(url=f"http://127.0.0.1:{port}/{number}", **shared) for number in range(ENDPOINTS)
        )


def behind(partner: UUID) -> int:
    newest = select(NewsCounter.seq).where(NewsCounter.partner_id == partner).scalar_subquery()
    return count(WebhookEndpoint.cursor < newest)


def worked(folder: Path, port: int, **settings: str) -> float:
    """Deliveries a second of one real worker that is up already when the events get their numbers."""
    assent = Assent(folder / "instance", WEBHOOK_ALLOW="127.0.0.0/8", **settings)
    app = create_app(load(assent.environ))
    with app.app_context():
        schema.upgrade(db.engine)
        cast = introduce()
        cast.customer()
        assent.start("worker")
        wait_for(lambda: count(News.seq.is_(None)) == 0, "a worker with nothing to do", 60)
        listen(cast.fabrikam.id, port)
        began = time.perf_counter()
        happen(cast.fabrikam.id)
        wait_for(lambda: behind(cast.fabrikam.id) == 0, "everything delivered", 120)
        rate = POSTS / (time.perf_counter() - began)
        assert count(WebhookDelivery.status == Calling.DELIVERED) == POSTS
        assent.stop()
        db.session.remove()
        db.engine.dispose()
    return rate


@pytest.mark.parametrize("engine", ["SQLite", "PostgreSQL"])
def test_a_worker_keeps_up_with_a_bare_client(
    sink: int, engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    ours, reference, found = ratio(request, tmp_path, sink, bare, worked)
    print(
        f"\n{engine}: worker {ours:,.0f} webhooks/s, bare client {reference:,.0f} posts/s over {ENDPOINTS} of them; "
        f"ratio {found:.2f} (bar {BAR})"
    )
    assert found >= HELD
