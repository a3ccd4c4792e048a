"""Rates of recipient domains, and mail that is held back: what a claim takes, leaves, or lays out in time."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from app import outbox, pacing
from app.auth import acts
from app.commands import pauses
from app.core.carrying import Lane, Pausing
from app.db import database_now, db, transaction
from app.models import Outbox, Partner, TokenBucket
from tests.rows import change, claim, clock, empty, partners, put, stored


@pytest.fixture(autouse=True)
def _empty(app: Flask) -> None:
    empty()


@pytest.fixture
def writes(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE outbox"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def time_passes(seconds: float) -> None:
    """For buckets, lines and rows alike."""
    ago = timedelta(seconds=seconds)
    for bucket in db.session.scalars(select(TokenBucket)).all():
        change(TokenBucket, TokenBucket.name == bucket.name, filled_at=bucket.filled_at - ago)
    for id, due in db.session.execute(select(Outbox.id, Outbox.due_at).where(Outbox.lease_owner.is_(None))).all():
        change(Outbox, Outbox.id == id, due_at=due - ago)


# Rates of domains


def test_what_is_over_its_domains_rate_is_laid_out_in_time(writes: list[str]) -> None:
    ids = put(partners(1)[0], 40, domain="contoso.example")
    before = clock()
    assert [row.id for row in claim("a", room=50, domain_rate=4)] == ids[:4]
    waits = [(stored(id).due_at - before).total_seconds() for id in ids[4:]]
    assert waits == pytest.approx([number / 4 for number in range(1, 37)], abs=0.5)
    assert {stored(id).lease_owner for id in ids[4:]} == {None}
    assert claim("b", room=50, domain_rate=4) == []
    assert not outbox.pulse(), "nobody looks at them before their turn"
    assert len(writes) <= 2


def test_each_comes_up_when_its_turn_has_come() -> None:
    ids = put(partners(1)[0], 12, domain="contoso.example")
    sent = [row.id for row in claim("a", room=50, domain_rate=2)]
    for _ in range(5):
        time_passes(1)
        sent += [row.id for row in claim("a", room=50, domain_rate=2)]
    assert sent == ids


def test_other_domains_and_other_lanes_go_on_behind_a_slow_one() -> None:
    partner = partners(1)[0]
    put(partner, 60, domain="contoso.example")
    quick = put(partner, 1, domain="fabrikam.example") + put(partner, 1)
    codes = put(partner, 3, Lane.INTERACTIVE, domain="contoso.example")
    claimed = [row.id for row in claim("a", room=20, domain_rate=1)]
    assert set(codes + quick) < set(claimed)
    assert len(claimed) == 6


def test_a_partners_long_line_is_not_in_front_of_another_partner() -> None:
    many, few = partners(2)
    put(many, 100, domain="contoso.example")
    assert len(claim("a", room=50, domain_rate=2)) == 2
    (one,) = put(few, 1, domain="contoso.example")
    claim("a", room=50, domain_rate=2)
    # Whoever is drawn first gets what there is; the others' line is of no account.
    for _ in range(30):
        if stored(one).lease_owner:
            break
        assert (stored(one).due_at - clock()).total_seconds() < 10
        time_passes(1)
        claim("a", room=50, domain_rate=2)
    assert stored(one).lease_owner


def test_a_domain_of_any_length_has_its_rate() -> None:
    put(partners(1)[0], 3, domain=f"{'a' * 60}.{'b' * 60}.example")
    assert len(claim("a", domain_rate=1)) == 1


def test_buckets_that_say_nothing_any_more_are_forgotten() -> None:
    put(partners(1)[0], 3, domain="contoso.example")
    claim("a", rate=5, domain_rate=1)
    tidy()
    assert count() == 3, "all mail, the domain, and the line to it"
    time_passes(2 * 3600)
    tidy()
    assert count() == 1, "the bucket of all mail stays"


def tidy() -> None:
    with transaction() as session:
        pacing.forget_old(database_now(session))


def count() -> int:
    found = db.session.scalar(select(func.count()).select_from(TokenBucket)) or 0
    db.session.rollback()
    return found


# Held back


def pause(partner: UUID | None, codes_too: bool = False) -> None:
    with transaction() as session:
        whose = session.get_one(Partner, partner) if partner else None
        pauses.pause(acts.console(), whose, Pausing.BY_HAND, "we look into it", codes_too)


def lanes_of(claimed: list[Any]) -> set[tuple[UUID, Lane]]:
    return {(row.partner_id, row.lane) for row in claimed}


@pytest.mark.parametrize("codes_too", [False, True])
def test_a_paused_partners_bulk_mail_waits_and_its_deadlines_do_not(codes_too: bool) -> None:
    paused, other = partners(2)
    for lane in Lane:
        put(paused, 2, lane)
        put(other, 2, lane)
    pause(paused, codes_too)
    left = {(paused, Lane.BULK)} | ({(paused, Lane.INTERACTIVE)} if codes_too else set())
    everything = {(partner, lane) for partner in (paused, other) for lane in Lane}
    assert lanes_of(claim("a", room=50)) == everything - left
    with transaction() as session:
        pauses.resume(acts.console(), session.get_one(Partner, paused))
    assert lanes_of(claim("a", room=50)) == left


def test_a_pause_of_all_holds_everybodys_bulk_mail_and_there_is_only_one() -> None:
    everyone = partners(2)
    for partner in everyone:
        put(partner)
        put(partner, 1, Lane.INTERACTIVE)
    pause(None)
    assert {row.lane for row in claim("a")} == {Lane.INTERACTIVE}
    pause(None, codes_too=True)
    put(everyone[0], 1, Lane.INTERACTIVE)
    assert claim("a") == []
    with transaction():
        pauses.resume(acts.console(), None)
    assert len(claim("a")) == 3


def test_without_a_relay_that_wants_it_bulk_mail_stays_where_it_is() -> None:
    partner = partners(1)[0]
    for lane in Lane:
        put(partner, 1, lane)
    assert {row.lane for row in claim("a", bulk=False)} == {Lane.INTERACTIVE, Lane.TIMER}
