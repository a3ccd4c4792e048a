"""The same request 20 times at once: one effect, one answer."""

import json
import time
from collections.abc import Generator
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from flask import Flask

from app.config import Config
from app.db import db
from app.queries import soundness
from tests.channel import Channel, counts
from tests.faults.posting import Post, Reply, ask, at_once, served
from tests.sizes import FULL, engines
from tests.web.v1.drafting import form
from tests.web.v1.newcomers import newcomer
from tests.web.v1.programs import EVA, confirmation, order, token

TWINS = 20
STORIES = 50 if FULL else 1
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
    invited = told | {"invitation": 1, "outbox": 3, "record": 1, "moves": 1}
    drafted = told | {"draft_event": 1, "task": 1}
    recorded = told | {"record": 1, "moves": 2}
    vouched = recorded | {"outbox": 1}
    made = yield Round("pia", "/v1/customers", newcomer(AssociatedPartnerId=reseller), 201, newborn)
    about = f"/v1/customers/{made['id']}"
    yield Round("pia", f"{about}/orders", order(), 403, {})
    yield Round("pia", f"{about}/invitations", {"kind": "agreement"}, 201, invited)
    prepared = drafted | {"draft": 1, "attachment": 1}
    draft = yield Round("rita", f"{about}/attestationdrafts", confirmation(), 201, prepared, files=True)
    step = f"/v1/attestationdrafts/{draft['id']}"
    yield Round("pia", f"{step}/return", {"reason": "the date?"}, 200, drafted | {"outbox": 1})
    yield Round("rita", f"{step}/resubmit", confirmation(), 200, drafted | {"attachment": 1}, files=True)
    yield Round("pia", f"{step}/approve", {}, 200, vouched | {"draft_event": 1, "news": 2})
    yield Round("pia", f"{about}/orders", order(), 201, {"purchase": 1})
    yield Round("pia", f"{about}/agreements", confirmation(primaryContact=EVA), 201, vouched)
    yield Round("pia", f"{about}/withdrawals", {"reason": "they moved on"}, 201, recorded | {"task": 1})


def more_rows(before: Counts) -> Counts:
    """By table, and by how often machines moved; what hangs on a record, or is kept once for all, is not counted."""
    since = {name: (number or 0) - (before[name] or 0) for name, number in counts().items()}
    return {name: more for name, more in since.items() if more and name not in ("sealed_value", "blob")}


@pytest.mark.soak
@engines("postgresql")
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
