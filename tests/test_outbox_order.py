"""The outbox: in which order rows go, how partners share it, and how fast it may run."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app import outbox
from app.core.carrying import Lane
from app.db import db
from app.models import TokenBucket
from tests.rows import change, claim, clock, empty, partners, put


@pytest.fixture(autouse=True)
def _empty(app: Flask) -> None:
    empty()


# Order and fairness


def test_interactive_mail_goes_first_then_timers_then_bulk() -> None:
    partner = partners(1)[0]
    for lane, number in ((Lane.BULK, 5), (Lane.TIMER, 3), (Lane.INTERACTIVE, 2)):
        put(partner, number, lane)
    assert [row.lane for row in claim("a", room=7)] == [Lane.INTERACTIVE] * 2 + [Lane.TIMER] * 3 + [Lane.BULK] * 2


def test_bulk_never_keeps_a_timer_waiting() -> None:
    many, few = partners(2)
    put(many, 200)
    put(few, 3, Lane.TIMER)
    assert [row.lane for row in claim("a", room=5)].count(Lane.TIMER) == 3


def test_partners_share_a_claim() -> None:
    many, few = partners(2)
    put(many, 1000)
    put(few, 3)
    owners = [row.partner_id for row in claim("a", room=10)]
    assert owners.count(few) == 3
    assert owners.count(many) >= 5


def test_a_claim_with_more_partners_than_room_comes_round_to_each() -> None:
    everyone = partners(12)
    for partner in everyone:
        put(partner, 4)
    # The last ones may be short: who still has how many rows is chance.
    claims = list(iter(lambda: [row.partner_id for row in claim("a", room=4)], []))
    assert len(set(claims[0])) == len(set(claims[1])) == 4, "one row each while there are enough partners"
    assert sorted(owner for owners in claims for owner in owners) == sorted(everyone * 4)


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_partners_with_nothing_due_cost_a_claim_no_query(statements: list[str]) -> None:
    for partner in partners(60):
        put(partner, 2, Lane.TIMER, due_in=timedelta(days=30))
    put(partners(1)[0], 2, Lane.TIMER)
    statements.clear()
    assert len(claim("a", room=50)) == 2
    assert len([text for text in statements if text.lstrip().upper().startswith(("SELECT", "WITH"))]) < 10


# Pace


def no_time_passes() -> None:
    """A clock that stands still between two claims: nothing flows into the bucket."""
    change(TokenBucket, filled_at=clock() + timedelta(hours=1))


def time_passes(seconds: float) -> None:
    change(TokenBucket, filled_at=clock() - timedelta(seconds=seconds))


def test_the_mail_rate_is_one_for_all_workers() -> None:
    put(partners(1)[0], 100)
    assert len(claim("a", room=50, rate=5)) == 5
    no_time_passes()
    assert claim("b", room=50, rate=5) == []
    no_time_passes()
    assert outbox.pulse(), "the rows are still due; only the pace holds them"


def test_the_bucket_fills_with_time_and_holds_one_second_s_worth() -> None:
    put(partners(1)[0], 100)
    claim("a", rate=5)
    time_passes(0.6)
    assert len(claim("b", rate=5)) == 3
    time_passes(3600)
    assert len(claim("a", rate=5)) == 5


def test_a_rate_below_one_a_second_still_lets_mail_through() -> None:
    put(partners(1)[0], 10)
    assert len(claim("a", rate=0.1)) == 1
    no_time_passes()
    assert claim("a", rate=0.1) == []
    time_passes(10)
    assert len(claim("a", rate=0.1)) == 1


def test_unused_tokens_are_given_back() -> None:
    partner = partners(1)[0]
    put(partner, 2)
    assert len(claim("a", rate=5)) == 2
    put(partner, 20)
    no_time_passes()
    assert len(claim("b", rate=5)) == 3


def test_the_rate_does_not_hold_up_timers() -> None:
    partner = partners(1)[0]
    put(partner, 10)
    assert len(claim("a", rate=2)) == 2
    put(partner, 7, Lane.TIMER)
    no_time_passes()
    assert [row.lane for row in claim("a", rate=2)] == [Lane.TIMER] * 7


def test_interactive_mail_takes_the_tokens_before_bulk() -> None:
    partner = partners(1)[0]
    put(partner, 10)
    put(partner, 2, Lane.INTERACTIVE)
    assert [row.lane for row in claim("a", rate=3)] == [Lane.INTERACTIVE, Lane.INTERACTIVE, Lane.BULK]
