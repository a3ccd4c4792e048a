"""kill -9 of the web process: whatever was answered is there, whole and once, for those who ask until they are told."""

import json
import os
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.config import Config
from app.core.lifecycle import Event
from app.db import db
from app.installation import installation
from app.models import Customer, GivenAnswer, Invitation, News, Outbox, Purchase, Record, SealedValue
from app.queries import soundness
from tests.channel import Case
from tests.faults.posting import PATIENCE, Post, Stream, served, start
from tests.faults.test_up import WEB, processes
from tests.servers import Assent, wait_for
from tests.sizes import FULL, engines
from tests.web.v1.conftest import Desk, open_desk
from tests.web.v1.newcomers import newcomer
from tests.web.v1.programs import MARIA, confirmation, of, order, token

# On each of the two engines.
KILLS = 25 if FULL else 2
RATE, CUSTOMERS = 20, 4


@dataclass(frozen=True)
class Errand:
    """A request whose effect is known again by a word of its own."""

    what: str
    word: str
    post: Post


@dataclass
class Errands:
    desk: Desk
    secret: str
    asked: list[Case]
    agreed: list[Case]
    run: list[Errand] = field(default_factory=list)

    def next(self) -> Errand:
        number = len(self.run)
        what = ("agreements", "orders", "invitations", "agreements", "orders", "customers")[number % 6]
        self.run.append(Errand(what, *getattr(self, f"_{what}")(f"{what}{number}.twins.example", number)))
        return self.run[-1]

    def _agreements(self, word: str, number: int) -> tuple[str, Post]:
        person = MARIA | {"email": f"maria@{word}"}
        where = of(self.agreed[number % len(self.agreed)], "agreements")
        return person["email"], self._post(where, confirmation(primaryContact=person))

    def _invitations(self, word: str, number: int) -> tuple[str, Post]:
        person = MARIA | {"email": f"maria@{word}"}
        where = of(self.asked[number % len(self.asked)], "invitations")
        return person["email"], self._post(where, {"kind": "agreement", "contact": person})

    def _orders(self, word: str, number: int) -> tuple[str, Post]:
        return word, self._post(of(self.agreed[number % len(self.agreed)], "orders"), order(word))

    def _customers(self, word: str, number: int) -> tuple[str, Post]:
        domain = f"twins{number}.onmicrosoft.com"
        return domain, self._post("/v1/customers", newcomer(Company__Domain=domain))

    def _post(self, where: str, body: object) -> Post:
        return Post(where, json.dumps(body).encode(), self.secret)


@pytest.mark.soak
@engines("sqlite")
def test_what_was_answered_is_there_once_however_often_the_web_process_is_killed(app: Flask, config: Config) -> None:
    desk = open_desk(app)
    few = range(CUSTOMERS)
    errands = Errands(desk, token(desk.ana), [desk.customer() for _ in few], [desk.confirmed() for _ in few])
    began = time.monotonic()
    with served(config) as (assent, address), ThreadPoolExecutor(1) as pool:
        stream = Stream(address, RATE)
        killing = pool.submit(kill_again_and_again, assent, int(address.rpartition(":")[2]), stream)
        while not killing.done():
            stream.start(errands.next().post)
        killing.result()
        stream.end()
    print(
        f"\n{db.engine.dialect.name}: {KILLS} kills in {time.monotonic() - began:.0f} s; {len(errands.run)} requests, "
        f"sent {stream.sent} times, {stream.cut} cut off, "
        f"{sum(reply.replayed for reply in stream.replies.values())} answered by what was kept"
    )
    assert stream.cut, "no kill has hit anything"
    assert {reply.status for reply in stream.replies.values()} == {201}, "each request is answered in the end"
    assert_each_was_done_once(errands)
    assert_answers_are_those_that_were_kept(errands, stream)
    assert_nothing_is_torn()


def kill_again_and_again(assent: Assent, port: int, stream: Stream) -> None:
    """Now a web process alone, which Granian replaces, now all of them; always while something is on its way."""
    for number in range(KILLS):
        answered = len(stream.replies)
        wait_for(lambda answered=answered: len(stream.replies) > answered + RATE, "progress", PATIENCE)
        wait_for(lambda: stream.flying > 1, "a request on its way", PATIENCE)
        web = [pid for pid, words in processes(assent).items() if WEB in words]
        if number % 2:
            assent.processes[-1].kill()
        for pid in web if number % 2 else web[:1]:
            os.kill(pid, signal.SIGKILL)
        if number % 2:
            wait_for(lambda: not processes(assent), "the end of every process")
            start(assent, port)


def assert_each_was_done_once(errands: Errands) -> None:
    attested = (
        select(SealedValue.value)
        .join(Record, Record.id == SealedValue.record_id)
        .where(SealedValue.name == "email", Record.event == Event.ATTEST.value)
    )
    effects = {
        "agreements": attested,
        "invitations": select(Invitation.email),
        "orders": select(Purchase.offer_id),
        "customers": select(Customer.domain),
    }
    db.session.rollback()
    for what, effect in effects.items():
        words = {errand.word for errand in errands.run if errand.what == what}
        found = Counter(word for word in db.session.scalars(effect) if "twins" in (word or ""))
        assert found == dict.fromkeys(words, 1), what


def assert_answers_are_those_that_were_kept(errands: Errands, stream: Stream) -> None:
    vault = installation().keys.vault
    held = {row.key: row for row in db.session.scalars(select(GivenAnswer))}
    for errand in errands.run:
        row, reply = held[errand.post.key], stream.replies[errand.post.key]
        assert (row.status, vault.decrypt(row.content or b"")) == (reply.status, reply.body)


def assert_nothing_is_torn() -> None:
    """Machine, record, news and what is owed: all of it, or nothing."""
    report = soundness.report()
    assert report["sound"], report["faults"]
    told = select(News.record_id).where(News.record_id.is_not(None))
    assert db.session.scalar(select(func.count()).where(Record.id.not_in(told))) == 0
    owed = Counter(row["invitation"] for row in db.session.scalars(select(Outbox.payload)) if row["invitation"])
    assert owed == {str(id): 3 for id in db.session.scalars(select(Invitation.id))}
