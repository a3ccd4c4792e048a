"""A receiver that is down, slow or killed in the middle, and workers that are: nothing is lost, the order is kept."""

import json
import os
import signal
import time
from collections.abc import Iterator

import pytest
from flask import Flask

from app.config import Config
from tests.cast import Cast
from tests.receiver import ALLOWED, Answer, Posted, Receiver
from tests.servers import Assent, wait_for
from tests.sizes import FULL, engines, size
from tests.telling import add, endpoint, happen

EVENTS, KILLS = size(5000), 20 if FULL else 1
SOON = 15.0  # seconds in which an endpoint that is back has everything; the next try would be minutes away


@pytest.fixture
def worker(config: Config) -> Iterator[Assent]:
    found = Assent(config.instance, DATABASE_URL=config.database_url, LEASE_SECONDS="1", **ALLOWED)
    yield found
    found.stop()


def seqs(got: list[Posted]) -> list[int]:
    return [json.loads(one.body)["seq"] for one in got]


def firsts(got: list[Posted]) -> list[int]:
    """Each number when it came first."""
    return list(dict.fromkeys(seqs(got)))


@pytest.mark.soak
@engines("sqlite")
def test_what_happens_while_a_receiver_is_down_arrives_in_order_once_it_is_back(
    app: Flask, cast: Cast, worker: Assent, receiver: Receiver
) -> None:
    id = add(cast, receiver.url)
    receiver.down()
    worker.start("worker")
    for _ in range(10):
        happen(cast, EVENTS // 10)
    wait_for(lambda: endpoint(id).unreachable, "a try in vain", 60)
    receiver.up()
    back = time.monotonic()
    wait_for(lambda: len(receiver.got) >= EVENTS, "everything", SOON + EVENTS / 100)
    took = time.monotonic() - back
    print(f"\n{app.config['SQLALCHEMY_DATABASE_URI'].split(':')[0]}: {EVENTS} events {took:.1f} s after it was back")
    assert seqs(receiver.got) == list(range(1, EVENTS + 1))
    wait_for(lambda: endpoint(id).cursor == EVENTS, "all of it written down")
    assert endpoint(id).failing_since is None


@pytest.mark.soak
@engines("postgresql")
def test_workers_that_are_killed_lose_nothing_and_what_comes_twice_is_the_same(
    app: Flask, cast: Cast, worker: Assent, receiver: Receiver
) -> None:
    receiver.usually = Answer(after=0.002)
    id = add(cast, receiver.url)
    worker.start("worker")
    happen(cast, EVENTS)
    for turn in range(1, KILLS + 1):
        seen = EVENTS * turn // (KILLS + 1)
        wait_for(lambda seen=seen: len(receiver.got) > seen, "some of it", 120)
        os.killpg(worker.processes[-1].pid, signal.SIGKILL)
        worker.processes[-1].wait()
        worker.start("worker")
    wait_for(lambda: endpoint(id).cursor == EVENTS, "all of it", 120)
    assert firsts(receiver.got) == list(range(1, EVENTS + 1))
    bodies: dict[str, bytes] = {}
    for one in receiver.got:
        assert bodies.setdefault(one.id, one.body) == one.body
    print(f"\n{len(receiver.got) - EVENTS} of {EVENTS} came twice after {KILLS} kills")


@engines("sqlite")
def test_a_slow_receiver_delays_no_other(app: Flask, cast: Cast, worker: Assent, receiver: Receiver) -> None:
    slow = Receiver()
    slow.usually = Answer(after=1.0)
    try:
        first, _ = add(cast, slow.url), add(cast, receiver.url)
        worker.start("worker")
        happen(cast, 50)
        wait_for(lambda: len(receiver.got) == 50, "all of it at the fast one")
        assert len(slow.got) < 50
        assert endpoint(first).cursor < 50
    finally:
        slow.usually = Answer()
        worker.stop()
        slow.down()
