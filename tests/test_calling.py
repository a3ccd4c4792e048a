"""Endpoints are told everything, once and in order; what fails is tried again on the schedule, and nothing is lost."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import calling
from app.calling import Heard
from app.commands import webhooks
from app.core.hooks import Calling, Disabling
from app.core.vocabulary import NewsType, Owed, TaskKind
from app.core.webhooks import HOLDS, JITTER, PATIENCE, SCHEDULE
from app.db import db, transaction
from app.models import News, Outbox, Task
from app.queries import parcels
from app.queries.parcels import Call
from tests.cast import Cast
from tests.receiver import FINE, Answer, Posted, Receiver
from tests.telling import LEASE, ME, Telling, add, by, deliveries, endpoint, happen, number, telling

NO = Answer(500)


def seqs(got: list[Posted]) -> list[int]:
    return [json.loads(one.body)["seq"] for one in got]


def said(cast: Cast) -> dict[str, int]:
    """How often it was said that an endpoint is disabled."""
    mine = cast.fabrikam.id
    words = {
        "news": (News.partner_id == mine) & (News.type == NewsType.ENDPOINT_DISABLED),
        "tasks": (Task.partner_id == mine) & (Task.kind == TaskKind.ENDPOINT_DISABLED),
        "mails": (Outbox.partner_id == mine) & (Outbox.kind == Owed.ENDPOINT_DISABLED),
    }
    db.session.rollback()
    return {word: db.session.execute(select(func.count()).where(which)).scalar_one() for word, which in words.items()}


def test_every_event_is_posted_once_in_its_order(cast: Cast, clock: Telling, receiver: Receiver) -> None:
    id = add(cast, receiver.url)
    happen(cast, 250)
    number()
    assert clock.round() == 250
    assert seqs(receiver.got) == list(range(1, 251))
    assert len({one.id for one in receiver.got}) == 250
    assert clock.round() == 0
    assert endpoint(id).cursor == 250


def test_only_what_an_endpoint_wants_to_hear_is_posted(cast: Cast, clock: Telling, receiver: Receiver) -> None:
    add(cast, receiver.url, "invitation.*", "agreement.invited")
    cast.customer().invite()
    happen(cast, 3)
    number()
    clock.round()
    assert [json.loads(one.body)["type"] for one in receiver.got] == ["agreement.invited"]


def test_ten_tries_are_spread_over_three_days_and_then_it_has_failed(
    cast: Cast, clock: Telling, receiver: Receiver
) -> None:
    receiver.usually = NO
    id = add(cast, receiver.url)
    happen(cast, 1)
    number()
    waits = []
    clock.round()
    while (wait := clock.next(id)) is not None:
        waits.append(wait)
        assert clock.round() == 1
    assert len(receiver.got) == len(SCHEDULE) == 10
    for wait, planned in zip(waits, SCHEDULE[1:], strict=True):
        assert planned * (1 - JITTER) <= wait <= planned * (1 + JITTER)
    assert timedelta(hours=68) < sum(waits, timedelta()) < timedelta(hours=84)
    [sent] = deliveries(id)
    assert (sent.status, sent.attempts, len(sent.tries)) == (Calling.FAILED, 10, 10)
    assert len({one.id for one in receiver.got}) == 1
    assert len({one.body for one in receiver.got}) == 1
    assert endpoint(id).disabled_at is None


SCRIPT = [
    Answer(500),
    Answer(301, {"Location": "http://127.0.0.1:1/"}),
    Answer(429, {"Retry-After": "600"}),
    Answer(502),
]


def test_whatever_goes_wrong_is_tried_again_until_it_arrives_and_nothing_overtakes_it(
    cast: Cast, clock: Telling, receiver: Receiver
) -> None:
    receiver.answers = iter(SCRIPT[:3])
    id = add(cast, receiver.url)
    happen(cast, 5)
    number()
    clock.round()
    waits = []
    while (wait := clock.next(id)) is not None:
        waits.append(wait)
        clock.round()
    assert seqs(receiver.got) == [1, 1, 1, 1, 2, 3, 4, 5]
    assert waits[2] >= timedelta(minutes=27)
    assert [row.status for row in deliveries(id)] == [Calling.DELIVERED] * 5
    assert [one["status"] for one in deliveries(id)[0].tries] == [500, 301, 429, 200]
    assert endpoint(id).failing_since is None


def test_retry_after_postpones_everything_for_that_endpoint(cast: Cast, clock: Telling, receiver: Receiver) -> None:
    receiver.answers = iter([Answer(429, {"Retry-After": "600"})])
    id = add(cast, receiver.url)
    happen(cast, 2)
    number()
    clock.round()
    clock.at += timedelta(seconds=599)
    assert clock.round() == 0
    with transaction():
        webhooks.replay(by(cast), deliveries(id)[0])
    assert clock.round() == 0
    clock.at += timedelta(seconds=2)
    assert clock.round() == 2


def test_a_receiver_that_does_not_answer_in_time_has_failed(
    cast: Cast, app: Flask, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.messenger.TIMEOUT", 0.2)
    receiver.answers = iter([Answer(200, after=0.6)])
    with telling(app) as clock:
        id = add(cast, receiver.url)
        happen(cast, 1)
        number()
        clock.round()
        assert deliveries(id)[0].tries[0]["error"] == "timeout"
        clock.next(id)
        clock.round()
    assert [one["status"] for one in deliveries(id)[0].tries] == [None, 200]


def test_gone_disables_at_once_and_tells_people_and_other_endpoints(
    cast: Cast, clock: Telling, receiver: Receiver
) -> None:
    other = Receiver()
    try:
        receiver.usually = Answer(410)
        id, told = add(cast, receiver.url), add(cast, other.url, "endpoint.disabled")
        happen(cast, 3)
        number()
        clock.round()
        assert len(receiver.got) == 1
        assert endpoint(id).disabled_why is Disabling.GONE
        number()
        clock.round()
        [heard] = [json.loads(one.body) for one in other.got]
    finally:
        other.down()
    assert (heard["type"], heard["customerId"]) == ("endpoint.disabled", None)
    assert heard["data"] == heard["data"] | {"endpointId": str(id), "url": receiver.url, "reason": "gone"}
    assert said(cast) == {"news": 1, "tasks": 1, "mails": 1}
    assert endpoint(told).cursor == 4


def test_an_endpoint_that_is_enabled_again_misses_nothing(cast: Cast, clock: Telling, receiver: Receiver) -> None:
    receiver.answers = iter([Answer(410)])
    id = add(cast, receiver.url)
    happen(cast, 4)
    number()
    clock.round()
    happen(cast, 4)
    number()
    clock.at += timedelta(days=40)
    assert clock.round() == 0
    with transaction():
        webhooks.enable(by(cast), endpoint(id))
    clock.at = datetime.now(UTC)
    clock.round()
    # Number 5 tells that it was disabled.
    assert seqs(receiver.got) == [1, 1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_after_five_days_of_failure_nobody_calls_any_more_and_that_is_said_once(
    cast: Cast, clock: Telling, receiver: Receiver
) -> None:
    receiver.usually = NO
    id = add(cast, receiver.url, "agreement.*")
    began = clock.at
    for _ in range(8):
        happen(cast, 1)
        number()
        while endpoint(id).disabled_at is None and clock.next(id) is not None:
            clock.round()
        clock.round()
    end = endpoint(id)
    assert end.disabled_why is Disabling.FAILING
    assert end.disabled_at
    assert end.disabled_at - began >= PATIENCE
    assert said(cast) == {"news": 1, "tasks": 1, "mails": 1}


def test_one_event_that_is_always_refused_is_overtaken_and_the_others_keep_their_order(
    cast: Cast, clock: Telling, receiver: Receiver
) -> None:
    id = add(cast, receiver.url)
    happen(cast, 6)
    number()
    receiver.answers = iter([FINE, *[NO] * HOLDS])
    clock.round()
    while (wait := clock.next(id)) is not None and wait < timedelta(hours=1):
        clock.round()
    assert seqs(receiver.got) == [1, *[2] * HOLDS, 3, 4, 5, 6]
    clock.round()
    assert seqs(receiver.got)[-1] == 2
    assert {row.status for row in deliveries(id)} == {Calling.DELIVERED}


def test_a_replay_is_the_same_event_with_the_same_body(cast: Cast, clock: Telling, receiver: Receiver) -> None:
    id = add(cast, receiver.url)
    happen(cast, 2)
    number()
    clock.round()
    with transaction():
        webhooks.replay(by(cast), deliveries(id)[0])
    clock.at += timedelta(minutes=5)
    assert clock.round() == 1
    assert (receiver.got[2].id, receiver.got[2].body) == (receiver.got[0].id, receiver.got[0].body)
    assert len(deliveries(id)[0].tries) == 2


def test_all_failures_since_a_time_are_sent_again(cast: Cast, clock: Telling, receiver: Receiver) -> None:
    receiver.usually = NO
    id = add(cast, receiver.url)
    happen(cast, 3)
    number()
    clock.round()
    while clock.next(id) is not None:
        clock.round()
    receiver.usually = FINE
    receiver.got.clear()
    with transaction():
        assert webhooks.replay_failures(by(cast), datetime.now(UTC) + timedelta(days=365), None) == 0
        assert webhooks.replay_failures(by(cast), datetime(2020, 1, 1, tzinfo=UTC), id) == 3
    clock.at += timedelta(days=1)
    clock.round()
    assert seqs(receiver.got) == [1, 2, 3]


def test_from_a_cursor_everything_is_told_once_more(cast: Cast, clock: Telling, receiver: Receiver) -> None:
    id = add(cast, receiver.url)
    happen(cast, 5)
    number()
    clock.round()
    former = [one.id for one in receiver.got]
    with transaction():
        webhooks.rewind(by(cast), endpoint(id), 2)
    clock.round()
    assert [one.id for one in receiver.got] == former + former[2:]
    assert [len(row.tries) for row in deliveries(id)] == [1, 1, 2, 2, 2]


def test_a_cursor_that_is_set_back_while_events_are_on_their_way_stays_there(
    cast: Cast, clock: Telling, receiver: Receiver
) -> None:
    id = add(cast, receiver.url)
    happen(cast, 3)
    number()
    clock.round()
    happen(cast, 2)
    number()
    assert calling.take(ME, 9, LEASE, clock.at) == [id]
    call = clock.load(id)
    told = clock.post(call)
    with transaction():
        webhooks.rewind(by(cast), endpoint(id), 1)
    calling.settle(ME, [Heard(call, told)], LEASE, clock.at)
    calling.release(ME)
    clock.round()
    assert seqs(receiver.got) == [1, 2, 3, 4, 5, 2, 3, 4, 5]


def test_while_a_secret_is_replaced_both_sign(cast: Cast, clock: Telling, receiver: Receiver) -> None:
    id = add(cast, receiver.url)
    with transaction():
        webhooks.rotate(by(cast), endpoint(id), endpoint(id).secret or b"")
    happen(cast, 1)
    number()
    clock.round()
    clock.at += timedelta(hours=25)
    happen(cast, 1)
    number()
    clock.round()
    assert [len(one.headers["webhook-signature"].split()) for one in receiver.got] == [2, 1]


def test_who_has_lost_the_lease_writes_nothing_down(cast: Cast, app: Flask, receiver: Receiver, clock: Telling) -> None:
    id = add(cast, receiver.url)
    happen(cast, 1)
    number()
    assert calling.take("another worker", 9, LEASE, clock.at) == [id]
    call = parcels.load("another worker", [id], cast.rules, clock.at)[id]
    assert isinstance(call, Call)
    clock.at += LEASE * 2
    assert clock.round() == 1
    assert calling.settle("another worker", [Heard(call, [])], LEASE, clock.at) == set()
    assert parcels.load("another worker", [id], cast.rules, clock.at) == {}
    assert (endpoint(id).cursor, len(deliveries(id))) == (1, 1)


def test_nobody_else_is_told_while_an_endpoint_is_leased(cast: Cast, receiver: Receiver, clock: Telling) -> None:
    id = add(cast, receiver.url)
    happen(cast, 1)
    number()
    assert calling.take("one", 9, LEASE, clock.at) == [id]
    assert calling.take("another", 9, LEASE, clock.at) == []
    calling.release("one")
    assert calling.take("another", 9, LEASE, clock.at) == [id]


def test_deliveries_are_kept_for_thirty_days_and_those_that_wait_for_as_long_as_they_do(
    cast: Cast, receiver: Receiver, clock: Telling
) -> None:
    receiver.answers = iter([FINE, Answer(410)])
    id = add(cast, receiver.url)
    happen(cast, 2)
    number()
    clock.round()
    for days, left in ((29, [1, 2]), (31, [2])):
        with transaction():
            webhooks.forget_old(clock.at + timedelta(days=days))
        assert [row.seq for row in deliveries(id)] == left
