"""Mail in earnest for benches: relays that only take it, a worker with a full queue, and the same library alone."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
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
from tests.bench.beside import count
from tests.bulk import invite_many
from tests.cast import introduce
from tests.mail.facts import composed, facts
from tests.rows import change
from tests.servers import ROOT, Assent, free_port, socket_open, wait_for

# Fewer show whether it runs; the figures are worth something with all of them.
MAILS = int(os.environ.get("BENCH_MAILS", "4000"))


def program(name: str) -> str:
    """One of postfix's test programs. A bench that leaves its measure out has nothing to say."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not found:
        pytest.fail(f"{name} is not installed; this bench needs it: apt-get install --no-install-recommends postfix")
    return found


@contextlib.contextmanager
def postfix_sink() -> Iterator[int]:
    """Postfix's own test server: it takes everything and costs next to nothing."""
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    port = free_port()
    with _running(port, program("smtp-sink"), *user, f"127.0.0.1:{port}", "1000"):
        yield port


@contextlib.contextmanager
def slow_sink(seconds: float) -> Iterator[int]:
    """Takes a mail in so many seconds; postfix's own can wait whole ones only."""
    port = free_port()
    with _running(port, sys.executable, "-m", "tests.bench.slow_sink", str(port), str(seconds)):
        yield port


@contextlib.contextmanager
def _running(port: int, *words: str) -> Iterator[None]:
    server = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: socket_open(port), "a sink")
        yield
    finally:
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
    return drained(1, folder, port, settings)


def drained(workers: int, folder: Path, port: int, settings: dict[str, str]) -> float:
    """Mails a second of real workers that are up already when the rows fall due, from queued to settled."""
    assent = Assent(folder / "instance", SMTP_URL=f"smtp://127.0.0.1:{port}?starttls=off", **settings)
    app = create_app(load(assent.environ))
    with app.app_context():
        schema.upgrade(db.engine)
        invite_many(introduce(), MAILS)
        mail = Outbox.kind == Owed.INVITATION
        change(Outbox, mail, due_at=database_now(db.session()) + timedelta(days=1))
        for _ in range(workers):
            assent.start("worker")
        log = folder / "instance-worker.log"
        wait_for(lambda: log.read_text().count("worker started") == workers, "every worker", 60)
        wait_for(lambda: count(News.seq.is_(None)) == 0, "workers that have nothing else left to do", 120)
        change(Outbox, mail, due_at=database_now(db.session()))
        began = time.perf_counter()
        wait_for(lambda: count(mail) == 0, "an empty queue", 300)
        rate = MAILS / (time.perf_counter() - began)
        assent.stop()
        db.session.remove()
        db.engine.dispose()
    return rate
