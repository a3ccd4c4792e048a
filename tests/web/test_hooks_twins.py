"""The same webhook several times at once: one effect, and all of them are told of it."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select

from app.db import db
from app.models import Purchase, ReceivedHook
from tests.channel import customer
from tests.web.hooking import Sent, by_secret, partner, raw, signed

TWINS = 8


def test_of_twins_at_the_same_moment_one_is_done_and_the_others_are_answered_alike(app: Flask) -> None:
    """On PostgreSQL they wait for one another at the key; on SQLite at the door."""
    owner = partner()
    (receiver, secret), case = by_secret(app, owner), customer(owner)
    told = {"customerId": str(case.machine.customer_id), "kind": "offer", "date": "2026-01-31"}
    sent = signed(secret, raw({"type": "customer.purchased", "data": told}))
    with ThreadPoolExecutor(TWINS) as pool:
        found = list(pool.map(lambda _: _post(app, receiver.source.id, sent), range(TWINS)))
    assert {(status, text) for status, text, _ in found} == {(200, '{"outcome":"done"}\n')}
    assert sorted(replayed for _, _, replayed in found) == [False, *[True] * (TWINS - 1)]
    own = ReceivedHook.source_id == receiver.source.id
    bought = Purchase.customer_id == case.machine.customer_id
    for table, mine in ((ReceivedHook, own), (Purchase, bought)):
        assert db.session.scalar(select(func.count()).select_from(table).where(mine)) == 1


def _post(app: Flask, id: UUID, sent: Sent) -> tuple[int, str, bool]:
    answer = app.test_client().post(f"/hooks/{id}", data=sent.body, headers=sent.headers)
    return answer.status_code, answer.text, "Idempotent-Replayed" in answer.headers
