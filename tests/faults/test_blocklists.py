"""A relay that does not want our mail (5.7.x): it is paused, somebody is told, and no mail is worse off for it."""

from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.commands import pauses
from app.core.carrying import Delivery, Lane
from app.core.vocabulary import TaskKind
from app.db import db, transaction
from app.models import MailRoute, Outbox, Task
from app.outbox import BACKOFF
from tests.cast import Cast
from tests.faults.queued import ask_code, carried, delivery, fresh, invitations, on_schedule, opened, queued, settled
from tests.faults.queued import opening as opening
from tests.mail.postbox import Postbox
from tests.rows import change, clock
from tests.working import settings, work

REFUSED_US = "550 5.7.1 your network is on a blocklist"


def test_a_relay_that_nobody_asks_any_more_is_forgotten(app: Flask, cast: Cast) -> None:
    (mailbox,) = fresh(cast, 1)
    (row,) = queued()
    for relay, days in (("gone.example:25", 3), ("kept.example:25", 1)):
        with transaction():
            assert pauses.strike(acts.clock(), relay, REFUSED_US, row.id)
        change(MailRoute, MailRoute.name == relay, paused_until=clock() - timedelta(days=days))
    work(app, lambda: delivery(mailbox) is Delivery.SENT and len(names()) == 1)
    assert names() == ["kept.example:25"]


def names() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(MailRoute.name)))


def route() -> Any:
    db.session.rollback()
    return db.session.execute(select(MailRoute.__table__)).one_or_none()


def alerts() -> list[str | None]:
    return list(db.session.scalars(select(Task.note).where(Task.kind == TaskKind.MAIL_PAUSED)))


def test_a_relay_that_refuses_us_is_paused_and_the_next_one_carries_the_mail(
    app: Flask, cast: Cast, boxes: list[Postbox]
) -> None:
    mailboxes = fresh(cast, 60)
    first, second = opened(boxes, {"RCPT": REFUSED_US}), opened(boxes)
    before, known = clock(), len(alerts())
    with settings(app, SMTP_URL=f"{first.url()},{second.url()}"):
        work(app, lambda: settled() and not queued())
    assert sorted(letter.recipients[0] for letter in second.letters) == sorted(mailboxes)
    assert sum(first.asked.values()) <= 20, "only what was under way already was tried there"
    found = route()
    assert (found.name, found.answer, found.strikes) == (first.url()[7:], REFUSED_US, 1)
    assert timedelta(minutes=15) <= found.paused_until - before < timedelta(minutes=16)
    (note,) = alerts()[known:] or [None]
    assert note
    assert found.name in note
    assert REFUSED_US in note


def test_while_every_relay_refuses_us_bulk_waits_uncounted_and_codes_are_tried(
    app: Flask, cast: Cast, boxes: list[Postbox]
) -> None:
    mailboxes = fresh(cast, 40)
    box = opened(boxes, {"RCPT": REFUSED_US})
    with settings(app, SMTP_URL=box.url(), IN_FLIGHT="10"):
        work(app, lambda: route() and not carried())
        assert box.asked.total() <= 10
        opens = route().paused_until
        tried = [row for row in queued() if row.last_error]
        assert tried
        assert {(row.attempts, row.due_at) for row in tried} == {(0, opens)}
        story = cast.customer()
        story.invite()
        code = ask_code(cast, story.relationship.contact.email)
        work(app, lambda: tried_in_vain(code))
        assert {box.asked[mailbox] for mailbox in mailboxes} <= {0, 1}, "no bulk mail meanwhile"
        # A quarter of an hour later, and again as long as the relay keeps to it.
        for strikes, minutes in ((2, 30), (3, 60)):
            pass_the_pause()
            work(app, partial(struck, strikes))
            assert timedelta(minutes=minutes - 1) < route().paused_until - clock() <= timedelta(minutes=minutes)
        assert {row.attempts for row in queued()} == {0}
    good = opened(boxes)
    with settings(app, SMTP_URL=good.url()):
        change(Outbox, invitations(), due_at=clock())
        work(app, lambda: not queued())
    assert set(mailboxes) <= {letter.recipients[0] for letter in good.letters}


def test_a_success_opens_the_relay_again(app: Flask, cast: Cast, boxes: list[Postbox]) -> None:
    fresh(cast, 3)
    box = opened(boxes, {"RCPT": [REFUSED_US] * 3})
    with settings(app, SMTP_URL=box.url()):
        work(app, lambda: route() and not carried())
        pass_the_pause()
        work(app, lambda: not queued() and not route())
    assert len(box.letters) == 3


def test_a_mail_that_alone_is_refused_does_not_keep_the_relay_closed(
    app: Flask, cast: Cast, boxes: list[Postbox]
) -> None:
    (odd,) = fresh(cast, 1)
    box = opened(boxes, {f"RCPT {odd}": "550 5.7.1 not from strangers"})
    with settings(app, SMTP_URL=box.url()):
        for strikes in (1, 2, 3):
            work(app, partial(struck, strikes))
            pass_the_pause()
        before = clock()
        work(app, lambda: settled() and [row for row in queued() if row.attempts == 1])
        (row,) = queued()
        on_schedule([row], before, BACKOFF[0])
        assert row.strikes == 4
        assert route().paused_until <= clock(), "it is closed for nobody"
        other = cast.customer().invite()
        work(app, lambda: delivery(other.email) is Delivery.SENT)
        assert route() is None


def struck(strikes: int) -> bool:
    found = route()
    return bool(found and found.strikes == strikes and found.paused_until > clock() and not carried())


def pass_the_pause() -> None:
    now = clock()
    change(MailRoute, paused_until=now)
    change(Outbox, invitations(), due_at=now)


def tried_in_vain(_code: str) -> bool:
    db.session.rollback()
    row = db.session.execute(
        select(Outbox.last_error, Outbox.attempts).where(Outbox.lane == Lane.INTERACTIVE)
    ).one_or_none()
    return bool(row and row.last_error == REFUSED_US and row.attempts == 1)
