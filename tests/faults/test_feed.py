"""The feed under fire: whoever is killed, a follower sees each event exactly once, in order and without a gap."""

import json
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import sequencer
from app.auth import acts
from app.commands import staff
from app.config import Config
from app.db import db, transaction
from app.models import News, Record, StateCount
from app.queries import soundness
from tests.cast import Cast
from tests.faults import feeding
from tests.servers import ROOT, Assent, free_port, socket_open, wait_for
from tests.sizes import FULL, engines

EVENTS, KILLS = (20_000, 10) if FULL else (240, 1)
WRITERS, SHARED = 8, 4
PATIENCE, FEW = 2400.0, 100
# Mails are news too, a few of them.
SETTINGS = {"RATE_LIMIT": "0", "MAIL_RATE": "5"}


@dataclass
class Scene:
    """Everything that runs, and ways to kill it at once and start it again."""

    assent: Assent
    token: str
    kept: Path
    port: int = field(default_factory=free_port)
    running: dict[str, "subprocess.Popen[str]"] = field(default_factory=dict)
    writers: list[BaseProcess] = field(default_factory=list)

    def start(self, *names: str) -> None:
        for name in names:
            self.running[name] = self._started(name)

    def _started(self, name: str) -> "subprocess.Popen[str]":
        if name == "web":
            return self.assent.start("web", "--bind", f"127.0.0.1:{self.port}")
        if name == "worker":
            return self.assent.start("worker")
        told = (f"http://127.0.0.1:{self.port}", self.token, str(self.kept))
        return subprocess.Popen([sys.executable, "-m", "tests.faults.follower", *told], cwd=ROOT, text=True)

    def kill(self, name: str) -> None:
        process = self.running[name]
        assert process.poll() is None, f"the {name} ended by itself"
        process.kill()
        process.wait()
        if name == "web":
            wait_for(lambda: not socket_open(self.port), "the end of the web process's child")
        self.start(name)

    def seen(self) -> int:
        return self.kept.read_bytes().count(b"\n")

    def stop(self) -> None:
        self.assent.stop()
        self.running["follower"].kill()
        self.running["follower"].wait()
        for writer in self.writers:
            writer.kill()
            writer.join()


@pytest.fixture
def scene(cast: Cast, config: Config, tmp_path: Path) -> Iterator[Scene]:
    with transaction():
        _, token = staff.create_token(acts.console(), cast.fabrikam, cast.ana, None)
    found = Scene(Assent(config.instance, DATABASE_URL=config.database_url, **SETTINGS), token, tmp_path / "kept")
    found.kept.touch()
    found.start("web", "worker", "follower")
    yield found
    found.stop()


def unstamped() -> int:
    return counted(News.seq.is_(None))


def counted(*which: Any) -> int:
    with db.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(News).where(*which)).scalar_one())


@pytest.mark.soak
@engines("postgresql")
def test_a_follower_sees_each_event_once_in_order_and_without_a_gap(
    app: Flask, cast: Cast, config: Config, scene: Scene
) -> None:
    shared = [cast.customer().relationship.id for _ in range(SHARED)]
    home, began = (str(config.instance), config.database_url), time.monotonic()
    scene.writers = [
        feeding.start_writer(home, cast.fabrikam.id, shared, EVENTS // WRITERS, seed) for seed in range(WRITERS)
    ]
    kills = kill_again_and_again(scene)
    wait_for(lambda: not any(writer.is_alive() for writer in scene.writers), "the last change", PATIENCE)
    assert [writer.exitcode for writer in scene.writers] == [0] * WRITERS
    written = time.monotonic() - began
    wait_for(lambda: unstamped() < FEW, "nearly all the numbers", PATIENCE)
    # The worker's own news comes to an end with it; one that is only just starting has nothing to finish.
    scene.running["worker"].terminate()
    assert scene.running["worker"].wait(PATIENCE) in (0, -signal.SIGTERM)
    while sequencer.stamp():
        pass
    wait_for(lambda: scene.seen() == counted(), "the last event", PATIENCE)
    took = time.monotonic() - began
    events = [json.loads(line) for line in scene.kept.read_text(encoding="utf-8").splitlines()]
    print(
        f"\n{db.engine.dialect.name}: {len(events)} events of {WRITERS} writers in {written:.0f} s, "
        f"all seen after {took:.0f} s; kills {kills}"
    )
    assert len(events) >= EVENTS
    assert_each_once_and_in_order(events, cast.fabrikam.id)
    assert_agreements_grow_step_by_step(events)
    report = soundness.report()
    assert report["sound"], report["faults"]


def kill_again_and_again(scene: Scene) -> dict[str, int]:
    """Each in turn, spread over all that is written."""
    kills: dict[str, int] = defaultdict(int)
    turns = [name for _ in range(KILLS) for name in ("follower", "worker", "web")]
    for turn, name in enumerate(turns, 1):
        goal = EVENTS * turn // (len(turns) + 1)
        wait_for(reached(scene, goal), f"event {goal}", PATIENCE)
        scene.kill(name)
        kills[name] += 1
    return dict(kills)


def reached(scene: Scene, goal: int) -> Callable[[], bool]:
    return lambda: scene.seen() >= goal


def assert_each_once_and_in_order(events: list[dict[str, Any]], partner: UUID) -> None:
    """What was followed is what stands in the database, number by number."""
    query = (
        select(News.seq, News.uid, News.type, News.after, Record.hash)
        .outerjoin(Record, Record.id == News.record_id)
        .where(News.partner_id == partner)
        .order_by(News.seq)
    )
    with db.engine.connect() as connection:
        rows = connection.execute(query).all()
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    told = [
        (one["seq"], one["id"], one["type"], one["data"]["state"], one["record"]["hash"] if "record" in one else None)
        for one in events
    ]
    assert told == [(row.seq, f"evt_{row.uid.hex}", row.type, row.after, row.hash) for row in rows]


def assert_agreements_grow_step_by_step(events: list[dict[str, Any]]) -> None:
    """Of each agreement the records come in their order, none is left out, and its state never goes back in time."""
    numbers: dict[str, int] = defaultdict(int)
    counts: dict[str, int] = defaultdict(int)
    states: dict[str, str] = {}
    for one in events:
        customer, data = one["customerId"], one["data"]
        if "record" in one:
            assert one["record"]["number"] == numbers[customer] + 1
            numbers[customer] += 1
            states[customer] = data["state"]
        assert (data["sequence"], data["state"]) == (numbers[customer], states[customer])
    for state in states.values():
        counts[state] += 1
    with db.engine.connect() as connection:
        kept = connection.execute(select(StateCount.state, StateCount.number).where(StateCount.number != 0)).all()
    assert {row.state: row.number for row in kept} == counts
