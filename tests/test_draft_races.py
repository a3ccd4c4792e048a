"""Two people decide one draft at the same moment: one of them does, the other is told."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app.commands import drafts
from app.core.act import Act
from app.core.vocabulary import DraftStatus
from app.db import db, transaction
from app.models import Draft, DraftEvent, Relationship
from app.queries import scope
from tests.channel import Channel, act, done
from tests.model import reading, world
from tests.model.racing import DONE, PATIENCE, together

ROUNDS = 8
Deed = Callable[[Act, Draft, Relationship, Channel], None]


def approve(by: Act, draft: Draft, tie: Relationship, channel: Channel) -> None:
    drafts.approve(by, draft, tie, channel.rules)


def give_back(by: Act, draft: Draft, _tie: Relationship, _channel: Channel) -> None:
    drafts.give_back(by, draft, "by whom?")


def discard(by: Act, draft: Draft, _tie: Relationship, _channel: Channel) -> None:
    drafts.discard(by, draft)


def afresh(channel: Channel, by: Act, deed: Deed, draft: UUID, barrier: Barrier) -> None:
    """As every request does it."""
    barrier.wait(PATIENCE)
    with transaction():
        deed(by, *scope.draft(by, draft), channel)


def from_one_read(channel: Channel, by: Act, deed: Deed, draft: UUID, barrier: Barrier) -> None:
    """Both have the draft in hand before either decides."""
    row, tie = scope.draft(by, draft)
    assert row.attachments == []
    assert row.machine.number == 1
    assert tie.customer
    db.session.commit()
    barrier.wait(PATIENCE)
    with transaction():
        deed(by, row, tie, channel)


@pytest.fixture(scope="module")
def runners() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.mark.parametrize("way", [from_one_read, afresh])
@pytest.mark.parametrize("rival", [approve, give_back, discard])
def test_of_two_that_decide_at_once_one_does(
    app: Flask, channel: Channel, runners: ThreadPoolExecutor, way: Callable[..., None], rival: Deed
) -> None:
    world.hurry(db.engine)
    pia, other = act(channel.pia), act(channel.rita if rival is discard else channel.per)
    for _ in range(ROUNDS):
        case = channel.customer()
        draft = done(case.submit, act(channel.rita)).id
        works = [partial(way, channel, by, deed, draft) for by, deed in ((pia, approve), (other, rival))]
        told = together(app, runners, works)
        # Whether the same confirmation is on record is looked up at the moment of writing.
        late = {"changed-meanwhile", "already-confirmed"} | ({"wrong-state"} if way is afresh else set())
        assert DONE in told
        assert (set(told) - {DONE}) <= late, told
        assert told.count(DONE) == 1
        assert_decided_once(case.machine.id, draft, approved=told[0] == DONE or rival is approve)


def assert_decided_once(machine: UUID, draft: UUID, *, approved: bool) -> None:
    db.session.rollback()
    records = reading.assert_chain_is_sound(machine)
    assert [record["event"] for record in records] == ["created", "attest"][: 1 + approved]
    row = db.session.get_one(Draft, draft)
    assert (row.status is DraftStatus.APPROVED) is approved
    steps = db.session.scalars(select(DraftEvent.step).where(DraftEvent.draft_id == draft))
    assert len(list(steps)) == 2


def test_of_two_that_submit_at_once_one_draft_waits(app: Flask, channel: Channel, runners: ThreadPoolExecutor) -> None:
    world.hurry(db.engine)

    def submit(by: Act, customer: UUID, barrier: Barrier) -> None:
        barrier.wait(PATIENCE)
        with transaction():
            machine, tie = scope.agreement(by, customer)
            drafts.submit(by, machine, tie, drafts.Prepare(tie.contact, by.at), channel.rules)

    for _ in range(ROUNDS):
        case = channel.customer()
        customer = case.machine.customer_id
        told = together(app, runners, [partial(submit, act(who), customer) for who in (channel.rita, channel.per)])
        assert sorted(told) in (["already-exists", DONE], ["changed-meanwhile", DONE])
