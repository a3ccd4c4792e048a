"""The same request many times over: 20 at once, or again after a kill -9; one effect, one answer."""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.config import Config
from app.core.lifecycle import Event
from app.db import db
from app.installation import installation
from app.models import Customer, GivenAnswer, Invitation, News, Outbox, Purchase, Record, SealedValue
from app.queries import soundness
from tests.channel import Case, Channel, counts
from tests.faults.posting import Post, Reply, Stream, ask, at_once
from tests.faults.test_up import WEB, processes
from tests.servers import Assent, free_port, wait_for
from tests.sizes import FULL
from tests.web.v1.conftest import Desk, open_desk
from tests.web.v1.drafting import form
from tests.web.v1.newcomers import newcomer
from tests.web.v1.programs import EVA, MARIA, confirmation, of, order, token

TWINS = 20
STORIES = 50 if FULL else 1
# On each of the two engines.
KILLS = 25 if FULL else 2
RATE, CUSTOMERS = 20, 4
EVERY_WEB = {"sqlite": "1", "postgresql": "2"}
Counts = dict[str, int]


class Round(NamedTuple):
    """A request, what it is answered, and how many rows more there are then; with `files` sent as a form."""

    who: str
    path: str
    body: dict[str, Any]
    status: int
    rows: Counts
    files: bool = False

    def post(self, tokens: dict[str, str], **more: Any) -> Post:
        body, plain = self.body | more, Post(self.path, b"", tokens[self.who])
        if not self.files:
            return replace(plain, body=json.dumps(body).encode())
        made = form(body, [(b"%PDF signed by Maria", "signed.pdf", "application/pdf")])
        return replace(plain, body=made["data"], kind=made["content_type"])


def story(reseller: str) -> Generator[Round, Any, None]:
    """One customer, from its first day to its last, a round a step."""
    told = {"news": 1}
    newborn = told | {"customer": 1, "relationship": 1, "customer_user": 1, "machine": 1, "record": 1, "moves": 1}
    invited = told | {"invitation": 1, "outbox": 2, "record": 1, "moves": 1}
    drafted = told | {"draft_event": 1, "task": 1}
    recorded = told | {"record": 1, "moves": 2}
    made = yield Round("pia", "/v1/customers", newcomer(AssociatedPartnerId=reseller), 201, newborn)
    about = f"/v1/customers/{made['id']}"
    yield Round("pia", f"{about}/orders", order(), 403, {})
    yield Round("pia", f"{about}/invitations", {"kind": "agreement"}, 201, invited)
    prepared = drafted | {"draft": 1, "attachment": 1}
    draft = yield Round("rita", f"{about}/attestationdrafts", confirmation(), 201, prepared, files=True)
    step = f"/v1/attestationdrafts/{draft['id']}"
    yield Round("pia", f"{step}/return", {"reason": "the date?"}, 200, drafted)
    yield Round("rita", f"{step}/resubmit", confirmation(), 200, drafted | {"attachment": 1}, files=True)
    yield Round("pia", f"{step}/approve", {}, 200, recorded | {"draft_event": 1, "news": 2})
    yield Round("pia", f"{about}/orders", order(), 201, {"purchase": 1})
    yield Round("pia", f"{about}/agreements", confirmation(primaryContact=EVA), 201, recorded)
    yield Round("pia", f"{about}/withdrawals", {"reason": "they moved on"}, 201, recorded | {"task": 1})


def more_rows(before: Counts) -> Counts:
    """By table, and by how often machines moved; what hangs on a record, or is kept once for all, is not counted."""
    since = {name: (number or 0) - (before[name] or 0) for name, number in counts().items()}
    return {name: more for name, more in since.items() if more and name not in ("sealed_value", "blob")}


@contextmanager
def served(config: Config) -> Iterator[tuple[Assent, str]]:
    engine = config.database_url.partition("+")[0].partition(":")[0]
    settings = {"RATE_LIMIT": "0", "WEB_WORKERS": EVERY_WEB[engine]}
    assent = Assent(config.instance, DATABASE_URL=config.database_url, **settings)
    port = free_port()
    try:
        start(assent, port)
        yield assent, f"http://127.0.0.1:{port}"
    finally:
        assent.stop()


def start(assent: Assent, port: int) -> None:
    process = assent.start("web", "--bind", f"127.0.0.1:{port}")
    assert process.stdout
    assert process.stdout.readline().startswith("ready ")


@pytest.mark.soak
def test_twins_at_once_have_one_effect_and_one_answer(app: Flask, channel: Channel, config: Config) -> None:
    tokens = {"pia": token(channel.pia), "rita": token(channel.rita)}
    began, rounds = time.monotonic(), 0
    with served(config) as (_, address):
        for _ in range(STORIES):
            tale, answer = story(str(channel.reseller.id)), None
            while one := following(tale, answer):
                answer, rounds = meet(address, tokens, one).json, rounds + 1
    print(f"\n{db.engine.dialect.name}: {rounds} rounds of {TWINS} in {time.monotonic() - began:.0f} s")
    report = soundness.report()
    assert report["sound"], report["faults"]


def following(tale: Generator[Round, Any, None], answer: Any) -> Round | None:
    try:
        return tale.send(answer)
    except StopIteration:
        return None


def meet(address: str, tokens: dict[str, str], one: Round) -> Reply:
    before, first = counts(), one.post(tokens)
    twins = [replace(one.post(tokens), key=first.key) for _ in range(TWINS)]
    replies = at_once(address, twins)
    assert {reply.status for reply in replies} == {one.status}, (one.path, replies)
    assert len({reply.body for reply in replies}) == 1
    assert [reply.replayed for reply in replies].count(False) == 1
    other = ask(address, replace(one.post(tokens, another="1"), key=first.key))
    assert (other.status, other.json["reason"]) == (422, "key-reused")
    assert more_rows(before) == one.rows | {"given_answer": 1}, one.path
    return replies[0]


# kill -9


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
        wait_for(lambda answered=answered: len(stream.replies) > answered + RATE, "progress")
        wait_for(lambda: stream.flying > 1, "a request on its way")
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
    owed = Counter(row["invitation"] for row in db.session.scalars(select(Outbox.payload)))
    assert owed == {str(id): 2 for id in db.session.scalars(select(Invitation.id))}
