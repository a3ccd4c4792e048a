"""How fast mail goes out: one worker, from queued rows to settled ones, beside a bare client with ready-made bytes."""

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import aiosmtplib
import pytest
import uvloop

from app import create_app, schema
from app.config import load
from app.core.vocabulary import Owed
from app.db import database_now, db
from app.mail.smtp import CONNECTIONS
from app.models import News, Outbox
from tests.bench.beside import count, ratio
from tests.bulk import invite_many
from tests.cast import introduce
from tests.mail.facts import composed, facts
from tests.rows import change
from tests.servers import Assent, free_port, socket_open, wait_for

MAILS = 4000
BAR = 0.4  # what we want to reach
HELD = 0.08  # what we hold now, with room for a noisy machine

pytestmark = pytest.mark.bench


@pytest.fixture(scope="module")
def sink() -> Iterator[int]:
    """Postfix's own test server: it takes everything and costs next to nothing."""
    program = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not program:
        pytest.skip("smtp-sink is not installed; this bench needs it: apt-get install --no-install-recommends postfix")
    port = free_port()
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    server = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "1000"], stderr=subprocess.DEVNULL)
    wait_for(lambda: socket_open(port), "smtp-sink")
    yield port
    server.terminate()
    server.wait(10)


def bare(port: int) -> float:
    """Mails a second of the same client library over as many connections, with nothing else to do."""
    message = composed(facts())

    async def carry(left: Iterator[int]) -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            for _ in left:
                await client.sendmail(message.sender, message.recipients, message.data)

    async def everything() -> float:
        left, began = iter(range(MAILS)), time.perf_counter()
        await asyncio.gather(*(carry(left) for _ in range(CONNECTIONS)))
        return MAILS / (time.perf_counter() - began)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(everything())


def worked(folder: Path, port: int, **settings: str) -> float:
    """Mails a second of one real worker that is up already when the rows fall due."""
    assent = Assent(folder / "instance", SMTP_URL=f"smtp://127.0.0.1:{port}?starttls=off", **settings)
    app = create_app(load(assent.environ))
    with app.app_context():
        schema.upgrade(db.engine)
        invite_many(introduce(), MAILS)
        mail = Outbox.kind == Owed.INVITATION
        change(Outbox, mail, due_at=database_now(db.session()) + timedelta(days=1))
        assent.start("worker")
        wait_for(lambda: count(News.seq.is_(None)) == 0, "a worker that has nothing else left to do", 120)
        change(Outbox, mail, due_at=database_now(db.session()))
        began = time.perf_counter()
        wait_for(lambda: count(mail) == 0, "an empty queue", 120)
        rate = MAILS / (time.perf_counter() - began)
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
        f"\n{engine}: worker {ours:,.0f} mails/s, bare client {reference:,.0f} mails/s over {CONNECTIONS} connections; "
        f"ratio {found:.2f} (bar {BAR})"
    )
    assert found >= HELD
