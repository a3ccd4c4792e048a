"""What holds back the events behind it, and what does not; and at whom we knock."""

import json
from datetime import timedelta

from sqlalchemy import update

from app import calling
from app.commands import webhooks
from app.core.hooks import Calling
from app.core.vocabulary import NewsType
from app.core.webhooks import HOLDS, SCHEDULE
from app.db import db, transaction
from app.models import News
from tests.cast import Cast
from tests.receiver import Answer, Posted, Receiver
from tests.telling import Telling, add, by, deliveries, endpoint, happen, number

NO = Answer(500)


def seqs(got: list[Posted]) -> list[int]:
    return [json.loads(one.body)["seq"] for one in got]


def happen_unheard(cast: Cast) -> None:
    """One event of another family."""
    happen(cast, 1)
    with transaction():
        db.session.execute(update(News).where(News.seq.is_(None)).values(type=NewsType.MAIL_SENT))
    number()


def test_an_event_that_fails_holds_others_back_also_when_what_follows_is_not_heard(
    cast: Cast, clock: Telling, receiver: Receiver
) -> None:
    receiver.answers = iter([NO, NO])
    id = add(cast, receiver.url, "agreement.*")
    happen(cast, 1)
    number()
    for _ in range(2):
        happen_unheard(cast)
        clock.round()
        assert endpoint(id).held_until
        clock.next(id)
    happen_unheard(cast)
    happen(cast, 1)
    number()
    while clock.next(id) is not None:
        clock.round()
    assert seqs(receiver.got) == [1, 1, 1, 5]
    assert endpoint(id).cursor == 5


def test_a_replay_lets_nothing_overtake_what_is_held_back(cast: Cast, clock: Telling, receiver: Receiver) -> None:
    id = add(cast, receiver.url)
    happen(cast, 1)
    number()
    clock.round()
    happen(cast, 2)
    number()
    receiver.answers = iter([NO, NO])
    for _ in range(2):
        clock.round()
        clock.next(id)
    receiver.got.clear()
    clock.at -= timedelta(minutes=3)
    with transaction():
        webhooks.replay(by(cast), deliveries(id)[0])
    clock.round()
    assert seqs(receiver.got) == [1]
    while clock.next(id) is not None:
        clock.round()
    assert seqs(receiver.got) == [1, 2, 3]


def test_enabling_what_was_never_disabled_has_everything_sent_at_once(
    cast: Cast, clock: Telling, receiver: Receiver
) -> None:
    receiver.answers = iter([NO] * 3)
    id = add(cast, receiver.url)
    happen(cast, 3)
    number()
    for _ in range(3):
        clock.round()
        clock.next(id)
    clock.at -= timedelta(minutes=20)
    assert clock.round() == 0
    with transaction():
        webhooks.enable(by(cast), endpoint(id))
    clock.round()
    assert seqs(receiver.got) == [1, 1, 1, 1, 2, 3]


def test_where_nobody_listens_we_knock_as_long_as_anything_waits(
    cast: Cast, clock: Telling, receiver: Receiver
) -> None:
    id = add(cast, receiver.url)
    receiver.down()
    happen(cast, 1)
    number()
    for _ in range(HOLDS + 1):
        clock.round()
        assert [found for found, _ in calling.away()] == [id]
        clock.next(id)
    receiver.up()
    calling.back([id])
    clock.round()
    assert calling.away() == []
    assert seqs(receiver.got) == [1]


def test_a_receiver_that_comes_and_goes_uses_up_no_tries(cast: Cast, clock: Telling, receiver: Receiver) -> None:
    id = add(cast, receiver.url)
    receiver.down()
    happen(cast, 1)
    number()
    clock.round()
    for _ in SCHEDULE:
        calling.back([id])
        clock.at += timedelta(seconds=1)
        assert clock.round() == 1
    [sent] = deliveries(id)
    assert (sent.status, sent.attempts, len(sent.tries)) == (Calling.WAITING, 1, 1 + len(SCHEDULE))
    with transaction():
        webhooks.replay(by(cast), sent)
    calling.back([id])
    clock.at += timedelta(seconds=1)
    assert clock.round() == 1
    assert deliveries(id)[0].attempts == 1
