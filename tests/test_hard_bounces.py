"""A partner whose mails come back from dead mailboxes time and again is stopped before relays refuse all of us."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update

from app.auth import acts
from app.commands import hard_bounces, pauses
from app.core.carrying import Lane, Outcome, Pausing
from app.core.vocabulary import Owed, TaskKind
from app.db import db, new_id, transaction
from app.models import MailPause, Outbox, OutboxArchive, Task
from tests.arriving import source_of, tasks
from tests.cast import Cast
from tests.returning import bounce, carried, sent, take
from tests.rows import empty
from tests.test_arrivals_of_mail import Post


@pytest.fixture
def post(cast: Cast) -> Post:
    empty()
    story = cast.customer()
    return Post(cast, source_of(cast.fabrikam), story, story.invite())


def refused(post: Post, number: int) -> None:
    """Mails that a relay did not take because nobody has the mailbox."""
    row = {"partner_id": post.cast.fabrikam.id, "lane": Lane.BULK, "kind": Owed.REMINDER, "payload": {}, "attempts": 1}
    row |= {"due_at": acts.now(), "created_at": acts.now(), "dead_at": acts.now(), "last_error": "550 5.1.1 no"}
    with transaction() as session:
        session.execute(insert(Outbox), [row | {"id": new_id(), "dedupe": str(new_id())} for _ in range(number)])


def pause_of(post: Post) -> MailPause | None:
    db.session.rollback()
    return db.session.scalar(select(MailPause).where(MailPause.partner_id == post.cast.fabrikam.id))


def open_ones(post: Post) -> list[Task]:
    about = (Task.partner_id == post.cast.fabrikam.id, Task.kind == TaskKind.MAIL_PAUSED, Task.closed_at.is_(None))
    return list(db.session.scalars(select(Task).where(*about)))


def stops(post: Post, gone: list[UUID]) -> bool:
    """Whether another hard bounce, after these, pauses the partner's bulk mail."""
    row = sent(post)
    with transaction() as session:
        session.execute(update(OutboxArchive).where(OutboxArchive.id.in_(gone)).values(bounced_at=acts.now()))
    take(bounce(row, "5.1.1"))
    return pause_of(post) is not None


@pytest.mark.parametrize(("others", "gone", "stopped"), [(57, 2, True), (60, 2, False), (38, 1, False), (17, 2, False)])
def test_one_hard_bounce_in_twenty_stops_bulk_mail(post: Post, others: int, gone: int, stopped: bool) -> None:
    """Of at least twenty, three at least; the mail itself is one more of each."""
    ids = carried(post, others)
    assert stops(post, ids[:gone]) is stopped


def test_it_says_so_once_whoever_told_it(post: Post) -> None:
    carried(post, 30)
    refused(post, 3)
    assert post.says("bounced", post.send()) == "done"
    pause = pause_of(post)
    assert pause is not None
    said = "4 of the newest 34 invitations and reminders came back from mailboxes that nobody has"
    assert (pause.why, pause.by, pause.note, pause.codes_too) == (Pausing.HARD_BOUNCES, "clock", said, False)
    assert tasks(post.cast.fabrikam) == [(TaskKind.MAIL_PAUSED, said)]
    with transaction():
        hard_bounces.stop_bulk(acts.clock(), post.cast.fabrikam.id)
    assert len(tasks(post.cast.fabrikam)) == 1


def test_what_somebody_holds_back_stays_as_it_is_held_back(post: Post) -> None:
    carried(post, 30, bounced_at=acts.now())
    row = sent(post)
    with transaction():
        pauses.pause(acts.console(post.cast.fabrikam.id), post.cast.fabrikam, Pausing.BY_HAND, "moving", codes_too=True)
    take(bounce(row, "5.1.1"))
    pause = pause_of(post)
    assert pause is not None
    assert (pause.why, pause.note, pause.codes_too) == (Pausing.BY_HAND, "moving", True)
    assert tasks(post.cast.fabrikam) == []


def test_mails_of_yesterday_and_of_other_kinds_do_not_count(post: Post) -> None:
    old = carried(post, 30, timedelta(hours=25))
    other = carried(post, 30, kind=Owed.ACCEPTED) + carried(post, 30, outcome=Outcome.NOT_NEEDED)
    assert not stops(post, old + other)


def test_who_lets_it_go_on_begins_a_new_count(post: Post) -> None:
    assert stops(post, carried(post, 30)[:5])
    assert len(open_ones(post)) == 1
    with transaction():
        assert pauses.resume(acts.console(post.cast.fabrikam.id), post.cast.fabrikam)
        hard_bounces.stop_bulk(acts.clock(), post.cast.fabrikam.id)
    assert pause_of(post) is None
    assert open_ones(post) == []
