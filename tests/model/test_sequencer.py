"""Every partner's news is numbered without gaps, whoever writes, and however often the sequencer dies."""

import random
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import sequencer
from app.commands import customers, partners
from app.commands.customers import Profile
from app.config import Config
from app.core.contact import Contact
from app.core.vocabulary import PartnerType
from app.db import db, transaction
from app.models import Machine, News, NewsCounter, Partner, Record
from tests.cast import NOW
from tests.model import reading, world
from tests.model.processes import Home, Regret, start_sequencer, start_writer
from tests.model.racing import Case
from tests.sizes import engines, size

EVENTS, WRITERS, PARTNERS, AGREEMENTS = size(4000), 8, 3, 8
KILLS = size(100)
PATIENCE, POLL = 600.0, 0.02


def numbers(partner: UUID) -> list[int | None]:
    """The numbers of a partner's news in the order of writing."""
    with db.engine.connect() as connection:
        return list(connection.scalars(select(News.seq).where(News.partner_id == partner).order_by(News.id)))


def add_partner(customers_too: int = 0) -> Partner:
    act = world.clock(NOW)
    with transaction():
        partner = partners.add_partner(act, "Fabrikam", PartnerType.DIRECT_BILL, "SE")
        for _ in range(customers_too):
            add_customer(partner)
    return partner


def add_customer(partner: Partner) -> None:
    """One line of news."""
    customers.add_customer(world.clock(NOW), partner, Profile("Contoso", "SE", "en", Contact("A", "B", "a@b.example")))


def stamp_all() -> None:
    while sequencer.stamp():
        pass


def test_two_partners_are_numbered_independently(app: Flask) -> None:
    one, other = add_partner(3), add_partner(2)
    stamp_all()
    assert numbers(one.id) == [1, 2, 3]
    assert numbers(other.id) == [1, 2]


def test_numbering_goes_on_where_it_ended(app: Flask) -> None:
    partner = add_partner(2)
    stamp_all()
    with transaction():
        add_customer(partner)
    stamp_all()
    assert numbers(partner.id) == [1, 2, 3]
    db.session.expire_all()
    assert db.session.get_one(NewsCounter, partner.id).seq == 3


def test_without_news_nothing_is_numbered(app: Flask) -> None:
    stamp_all()
    before = db.session.execute(select(NewsCounter.partner_id, NewsCounter.seq)).all()
    assert not sequencer.pulse()
    assert sequencer.stamp() == 0
    assert db.session.execute(select(NewsCounter.partner_id, NewsCounter.seq)).all() == before


def test_a_small_batch_numbers_the_oldest_news_first(app: Flask) -> None:
    stamp_all()
    partner = add_partner(5)
    assert sequencer.pulse()
    assert sequencer.stamp(2) == 2
    assert numbers(partner.id) == [1, 2, None, None, None]
    assert sequencer.stamp(2) == 2
    assert sequencer.stamp(2) == 1
    assert numbers(partner.id) == [1, 2, 3, 4, 5]


def test_a_change_that_is_rolled_back_leaves_no_gap(app: Flask) -> None:
    partner = add_partner(1)
    with pytest.raises(Regret):
        regret(partner)
    with transaction():
        add_customer(partner)
    stamp_all()
    assert numbers(partner.id) == [1, 2]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_while_one_sequencer_is_at_work_another_leaves_it_alone(app: Flask) -> None:
    """On SQLite a sequencer is a writer like all others, and waits for its turn."""
    stamp_all()
    partner = add_partner(1)
    with db.engine.begin() as other:
        other.execute(select(func.pg_advisory_xact_lock(sequencer.LOCK)))
        assert sequencer.stamp() == 0
    assert numbers(partner.id) == [None]
    assert sequencer.stamp() == 1


def regret(partner: Partner) -> None:
    with transaction() as session:
        add_customer(partner)
        session.flush()
        raise Regret


@dataclass
class Follower:
    """Reads what is new of each partner, as a feed does, and holds each answer against all former ones."""

    partners: list[UUID]
    cursors: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    seen: list[UUID] = field(default_factory=list)
    records: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))

    def follow(self) -> None:
        for partner in self.partners:
            query = (
                select(News.seq, News.uid, News.machine_id, Record.number)
                .outerjoin(Record, Record.id == News.record_id)
                .where(News.partner_id == partner, News.seq > self.cursors[partner])
                .order_by(News.seq)
                .limit(50)
            )
            with db.engine.connect() as connection:
                rows = connection.execute(query).all()
            for seq, uid, machine, record in rows:
                assert seq == self.cursors[partner] + 1, "a number was skipped, or came late"
                self.cursors[partner] = seq
                self.seen.append(uid)
                if record is not None and machine is not None:
                    assert record == self.records[machine] + 1, "news of one agreement came out of order"
                    self.records[machine] = record


@dataclass
class Crew:
    """The processes of a test: writers, and two sequencers, of which each that dies is replaced."""

    home: Home
    dice: random.Random
    writers: list[BaseProcess] = field(default_factory=list)
    sequencers: list[BaseProcess] = field(default_factory=list)
    killed: int = 0

    def start(self, cases: list[Case]) -> None:
        self.writers = [start_writer(self.home, cases, EVENTS // WRITERS, seed) for seed in range(WRITERS)]
        self.sequencers = [start_sequencer(self.home) for _ in range(2)]

    @property
    def writing(self) -> bool:
        return any(writer.is_alive() for writer in self.writers)

    def kill_a_sequencer(self) -> None:
        process = self.sequencers.pop(self.dice.randrange(2))
        assert process.is_alive(), f"a sequencer ended by itself: {process.exitcode}"
        process.kill()
        process.join()
        self.killed += 1
        self.sequencers.append(start_sequencer(self.home))

    def stop(self) -> None:
        for process in self.writers + self.sequencers:
            process.kill()
            process.join()


@pytest.fixture
def crew(app: Flask, config: Config) -> Iterator[Crew]:
    found = Crew((str(config.instance), config.database_url), random.Random(8))
    yield found
    found.stop()


def unseen(follower: Follower) -> bool:
    """True while there is news that the follower has not seen, with or without a number."""
    written = select(func.count()).where(News.partner_id.in_(follower.partners))
    with db.engine.connect() as connection:
        return connection.execute(written).scalar_one() > len(follower.seen)


@pytest.mark.soak
@engines("sqlite")
def test_a_follower_sees_each_news_once_and_in_order_though_sequencers_are_killed(app: Flask, crew: Crew) -> None:
    world.hurry(db.engine)
    cases = [case for _ in range(PARTNERS) for case in world.cases(AGREEMENTS, NOW)]
    follower = Follower(partners_of(cases))
    crew.start(cases)
    until = time.monotonic() + PATIENCE
    while crew.writing or unseen(follower) or crew.killed < KILLS:
        follower.follow()
        if crew.killed < KILLS and len(follower.seen) > crew.killed * EVENTS / KILLS:
            crew.kill_a_sequencer()
        assert time.monotonic() < until, "the news was not numbered in time"
        time.sleep(POLL)
    assert [writer.exitcode for writer in crew.writers] == [0] * WRITERS
    assert_all_were_seen(follower, cases)


def partners_of(cases: list[Case]) -> list[UUID]:
    held = Machine.id.in_([case.machine for case in cases])
    with db.engine.connect() as connection:
        return list(connection.scalars(select(Machine.partner_id).where(held).distinct()))


def assert_all_were_seen(follower: Follower, cases: list[Case]) -> None:
    with db.engine.connect() as connection:
        query = select(News.partner_id, News.uid, News.seq).where(News.partner_id.in_(follower.partners))
        rows = connection.execute(query).all()
        counters = {
            row.partner_id: row.seq for row in connection.execute(select(NewsCounter.partner_id, NewsCounter.seq))
        }
    assert len(rows) >= EVENTS
    assert len(follower.seen) == len(rows)
    assert set(follower.seen) == {uid for _, uid, _ in rows}
    for partner in follower.partners:
        stamped = {seq for each, _, seq in rows if each == partner}
        assert stamped == set(range(1, len(stamped) + 1))
        assert counters[partner] == len(stamped)
    for case in cases:
        records = reading.assert_chain_is_sound(case.machine)
        assert follower.records[case.machine] == len(records)
