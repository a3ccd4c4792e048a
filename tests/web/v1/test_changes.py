"""`GET /v1/changes` and `/v1/acceptances/counts`: followed page by page, waited for, and counted."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import sequencer, webserver
from app.core.vocabulary import Role
from app.db import db
from app.web.v1 import waiting
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import CLOUD, MCA, NO_ROLE, NOT_SIGNED_IN, Program, confirmation, of, refusal, untouched

SHORT = 2.0  # seconds in which an answer that is held for longer must have come


def stamp_all() -> None:
    while sequencer.stamp():
        pass
    db.session.rollback()


@pytest.fixture
def runners() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as found:
        yield found


def wait(runners: ThreadPoolExecutor, desk: Desk, cursor: str = "") -> "Future[TestResponse]":
    """A follower that waits, in a thread of its own; answers once it does."""
    found = runners.submit(_ask, desk.app, desk.program, f"/v1/changes?after={cursor}&wait=30")
    until = time.monotonic() + SHORT
    while waiting.WAITERS - waiting._places._value == 0:
        assert time.monotonic() < until, "it does not wait"
        time.sleep(0.01)
    return found


def _ask(app: Flask, program: Program, where: str) -> TestResponse:
    with app.app_context():
        return program.send("GET", where)


# Following


def test_what_happened_is_followed_with_the_cursor_of_the_last_answer(desk: Desk) -> None:
    case = desk.customer()
    stamp_all()
    first = desk.program.get("/v1/changes")
    [created] = first["items"]
    assert (created["type"], first["cursor"], first["more"]) == ("agreement.created", "1", False)
    desk.program.made(of(case, "agreements"), confirmation())
    stamp_all()
    [attested] = desk.program.get(f"/v1/changes?after={first['cursor']}")["items"]
    status = desk.program.get(of(case, "acceptance"))
    del status["links"], status["attributes"]["etag"]
    assert (attested["type"], attested["seq"]) == ("agreement.partner-attested", 2)
    assert attested["data"] == status
    assert desk.program.get("/v1/changes?after=")["items"] == [created, attested]


def test_a_page_is_as_long_as_asked_for(desk: Desk) -> None:
    for _ in range(3):
        desk.customer()
    stamp_all()
    first = desk.program.get("/v1/changes?size=2")
    assert ([one["seq"] for one in first["items"]], first["cursor"], first["more"]) == ([1, 2], "2", True)
    rest = desk.program.get("/v1/changes?size=2&after=2")
    assert ([one["seq"] for one in rest["items"]], rest["cursor"], rest["more"]) == ([3], "3", False)
    assert len(desk.program.get("/v1/changes?size=0")["items"]) == 3
    assert len(desk.program.get("/v1/changes?size=100000")["items"]) == 3


def test_following_writes_nothing(desk: Desk) -> None:
    desk.customer()
    stamp_all()
    with untouched():
        desk.program.get("/v1/changes")
        desk.program.get("/v1/acceptances/counts")


# Waiting


def test_who_waits_is_answered_when_there_is_news(desk: Desk, runners: ThreadPoolExecutor) -> None:
    held = wait(runners, desk)
    case = desk.customer()
    stamp_all()
    [told] = (held.result(SHORT).json or {})["items"]
    assert told["customerId"] == str(case.machine.customer_id)


def test_another_partners_news_are_not_waited_for(desk: Desk, chain: Chain, runners: ThreadPoolExecutor) -> None:
    held = wait(runners, desk)
    chain.channel.customer()
    stamp_all()
    with pytest.raises(TimeoutError):
        held.result(0.5)
    desk.customer()
    stamp_all()
    assert len((held.result(SHORT).json or {})["items"]) == 1


def test_who_waits_in_vain_is_answered_when_the_time_is_over(desk: Desk) -> None:
    began = time.monotonic()
    assert desk.program.get("/v1/changes?wait=1") == {"items": [], "cursor": "0", "more": False}
    assert 1 <= time.monotonic() - began < 1 + SHORT


def test_who_waits_holds_no_connection(desk: Desk, runners: ThreadPoolExecutor) -> None:
    held = wait(runners, desk)
    db.session.rollback()
    until = time.monotonic() + SHORT
    while db.engine.pool.checkedout():  # type: ignore[attr-defined]
        assert time.monotonic() < until
    desk.customer()
    stamp_all()
    assert held.result(SHORT).status_code == 200


def test_when_too_many_wait_the_answer_comes_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_places", threading.BoundedSemaphore(1))
    with waiting.place() as free:
        assert free
        found = desk.program.send("GET", "/v1/changes?wait=30")
    assert (found.status_code, found.headers["Retry-After"]) == (200, "1")
    assert found.json == {"items": [], "cursor": "0", "more": False}
    with waiting.place() as free:
        assert free


def test_when_the_server_ends_nobody_waits(desk: Desk, runners: ThreadPoolExecutor) -> None:
    held = wait(runners, desk)
    waiting.ending.set()
    try:
        assert (held.result(SHORT).json or {})["items"] == []
        assert desk.program.get("/v1/changes?wait=30")["items"] == []
    finally:
        waiting.ending.clear()


def test_the_signal_that_ends_a_web_process_is_heard_by_those_who_wait() -> None:
    former = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        webserver._let_waiters_go()
        signal.raise_signal(signal.SIGTERM)
        assert waiting.ending.wait(SHORT)
    finally:
        os.close(signal.set_wakeup_fd(-1))
        signal.signal(signal.SIGTERM, former)
        waiting.ending.clear()


# Refused


@pytest.mark.parametrize("asked", ["after=x", "after=-1", "wait=31", "wait=-1", "wait=x", "size=-1", "wait=0.5"])
def test_what_cannot_be_read_is_refused(desk: Desk, asked: str) -> None:
    assert refusal(desk.program.send("GET", f"/v1/changes?{asked}")) == (400, 3000, "invalid-value")


def test_a_cursor_beyond_the_feed_is_gone_and_told_where_to_begin(desk: Desk) -> None:
    desk.customer()
    stamp_all()
    found = desk.program.send("GET", "/v1/changes?after=2&wait=30")
    assert refusal(found) == (410, 2000, "unknown-cursor")
    assert (found.json or {})["data"] == ["0"]
    assert len(desk.program.get("/v1/changes?after=0")["items"]) == 1


@pytest.mark.parametrize("where", ["/v1/changes", "/v1/acceptances/counts"])
def test_who_may_not_look_is_refused(desk: Desk, where: str) -> None:
    assert refusal(Program(desk.app).send("GET", where)) == NOT_SIGNED_IN
    assert refusal(desk.colleague(Role.HELPDESK_AGENT).send("GET", where)) == NO_ROLE


def test_a_reseller_has_no_feed_but_counts_what_it_sees(chain: Chain) -> None:
    stamp_all()
    assert refusal(chain.rita.send("GET", "/v1/changes")) == (403, 1002, "wrong-partner-type")
    assert chain.rita.get("/v1/acceptances/counts")["total"] == 1


# Counting


def test_agreements_are_counted_by_state(desk: Desk) -> None:
    desk.confirmed()
    desk.customer()
    stamp_all()
    states: dict[str, Any] = {"unconfirmed": 1, "partner-attested": 1}
    states |= {"invited": 0, "direct-accepted": 0, "blocked-needs-attestation": 0}
    expected = {"agreementType": MCA, "states": states, "total": 2, "attributes": {"objectType": "AcceptanceCounts"}}
    assert desk.program.get("/v1/acceptances/counts") == expected
    assert desk.program.get(f"/v1/acceptances/counts?agreementType={CLOUD}")["total"] == 0


def test_an_agreement_nobody_knows_is_not_counted(desk: Desk) -> None:
    found = desk.program.send("GET", "/v1/acceptances/counts?agreementType=Other")
    assert refusal(found) == (400, 3000, "unknown-agreement-type")
