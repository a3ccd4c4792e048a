"""kill -9 while mails are being sent: nothing is lost, and what arrives twice is recognisably the same mail."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import create_app, schema
from app.config import load
from app.core.carrying import Delivery
from app.core.vocabulary import Owed
from app.db import db
from app.models import Invitation, News, Outbox, OutboxArchive
from app.queries import soundness
from tests.bulk import invite_many
from tests.cast import introduce
from tests.conftest import create_database
from tests.servers import ROOT, Assent, wait_for
from tests.sizes import FULL

MAILS, KILLS = (5000, 50) if FULL else (200, 3)
IN_FLIGHT = 10
SETTINGS = {"LEASE_SECONDS": "1", "IN_FLIGHT": str(IN_FLIGHT), "MAIL_RATE": "200"}
PATIENCE = 120.0


class Sink:
    """The SMTP server, and what it has written down so far."""

    def __init__(self, folder: Path, delay: float) -> None:
        self.path = folder / "received"
        self.path.touch()
        command = [sys.executable, "-m", "tests.faults.smtp_sink", str(self.path), str(delay)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.url = f"smtp://127.0.0.1:{self.process.stdout.readline().strip()}"

    def mails(self) -> list[tuple[str, str]]:
        """Message-ID and recipient of each mail, in the order of arrival."""
        lines = [line.split(" ") for line in self.path.read_text(encoding="utf-8").splitlines()]
        return [(name, recipient) for _, name, recipient in lines]

    def count(self) -> int:
        return self.path.read_bytes().count(b"\n")

    def hurry(self) -> None:
        self.process.send_signal(signal.SIGUSR1)

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def installation(folder: Path, delay: float, **settings: str) -> Iterator[tuple[Sink, Assent, list[str]]]:
    """A queue of invitations, the server they go to, and nobody yet who sends them."""
    sink = Sink(folder, delay)
    assent = Assent(folder / "instance", SMTP_URL=sink.url, **SETTINGS, **settings)
    app = create_app(load(assent.environ))
    with app.app_context():
        schema.upgrade(db.engine)
        mailboxes = invite_many(introduce(), MAILS)
        try:
            yield sink, assent, mailboxes
        finally:
            assent.stop()
            sink.stop()
            db.session.remove()
            db.engine.dispose()


def carried_by(worker: subprocess.Popen[str]) -> int:
    """How many rows the database says this process holds."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Outbox.lease_owner.like(f"%:{worker.pid}:%"))) or 0


def kill(worker: subprocess.Popen[str]) -> int:
    """kill -9 at a moment when the worker, held still to be looked at, carries something; answers how much."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        os.kill(worker.pid, signal.SIGSTOP)
        if carried_by(worker):
            worker.kill()
            worker.wait()
            return carried_by(worker)
        os.kill(worker.pid, signal.SIGCONT)
        time.sleep(0.005)
    raise AssertionError("the worker never carried anything")


def kill_again_and_again(sink: Sink, next_victim: Callable[[], subprocess.Popen[str]]) -> list[int]:
    """Let some mails through, kill at any moment, and so on; answers what was in flight at each kill."""
    chance, hits = random.Random(5), []
    for _ in range(KILLS):
        victim = next_victim()
        goal = sink.count() + chance.randint(1, 25)
        wait_for(partial(passed, sink, goal), "progress", PATIENCE)
        time.sleep(chance.uniform(0, 0.15))
        hits.append(kill(victim))
    return hits


def passed(sink: Sink, goal: int) -> bool:
    return sink.count() >= goal


def mails_left() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Outbox.kind == Owed.INVITATION)) or 0


def unnumbered() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(News.seq.is_(None))) or 0


def check(what: str, sink: Sink, mailboxes: list[str], hits: list[int], took: float) -> None:
    received = sink.mails()
    copies = Counter(name for name, _ in received)
    lost = set(mailboxes) - {recipient for _, recipient in received}
    twice = len(received) - len(copies)
    print(
        f"\n{what}: {MAILS} mails, {len(hits)} kills, all with work in flight ({min(hits)} to {max(hits)} rows); "
        f"lost {len(lost)}, duplicates {twice}; {took:.0f} s"
    )
    assert len(hits) == KILLS
    assert min(hits) > 0, "every kill must hit work in flight"
    assert lost == set()
    assert twice <= sum(hits) <= KILLS * IN_FLIGHT
    assert len(set(received)) == len(copies) == len(mailboxes), "one Message-ID a mailbox, also on every copy"
    check_database(set(copies))


def check_database(names: set[str]) -> None:
    db.session.rollback()
    assert set(db.session.scalars(select(OutboxArchive.message_id))) == names
    timers = {Owed.INVITATION_EXPIRY, Owed.INVITATION_REMINDING}
    assert set(db.session.scalars(select(Outbox.kind))) == timers, "only sleeping timers are left"
    assert db.session.scalar(select(func.count()).where(Outbox.lease_owner.is_not(None))) == 0
    assert set(db.session.scalars(select(Invitation.delivery).distinct())) == {Delivery.SENT}
    sent = select(func.count()).where(News.type == "invitation.sent")
    assert db.session.scalar(sent) == MAILS, "told once, however often it was sent"
    assert list(db.session.scalars(select(News.seq).order_by(News.seq))) == list(range(1, 3 * MAILS + 1))
    report = soundness.report()
    assert (report["sound"], report["machines"]) == (True, MAILS), report["faults"]


@pytest.mark.soak
def test_no_mail_is_lost_when_the_only_worker_is_killed_again_and_again(tmp_path: Path) -> None:
    with installation(tmp_path, 0.04) as (sink, assent, mailboxes):
        began = time.monotonic()
        hits = kill_again_and_again(sink, lambda: assent.start("worker"))
        assert mails_left(), "the queue must outlast the kills"
        assent.start("worker")
        wait_for(lambda: mails_left() + unnumbered() == 0, "an empty queue", PATIENCE)
        assent.stop()
        check("SQLite, one worker", sink, mailboxes, hits, time.monotonic() - began)


@pytest.mark.soak
def test_no_mail_is_lost_when_either_of_two_workers_is_killed(tmp_path: Path, postgres: str) -> None:
    with installation(tmp_path, 1.0, DATABASE_URL=create_database(postgres)) as (sink, assent, mailboxes):
        began = time.monotonic()
        alive = [assent.start("worker")]

        def next_victim() -> subprocess.Popen[str]:
            """The older of the two, as soon as the other one works too: it goes on alone until a third one is up."""
            alive.append(assent.start("worker"))
            wait_for(lambda: carried_by(alive[1]), "work for both", PATIENCE)
            return alive.pop(0)

        hits = kill_again_and_again(sink, next_victim)
        assert mails_left(), "the queue must outlast the kills"
        assert [worker.poll() for worker in alive] == [None], "the survivor finishes alone"
        sink.hurry()
        wait_for(lambda: mails_left() + unnumbered() == 0, "an empty queue", PATIENCE)
        assent.stop()
        check("PostgreSQL, two workers", sink, mailboxes, hits, time.monotonic() - began)
