"""The outbox: who may carry a row, how often it is tried, and what is left of it afterwards."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import outbox
from app.core.carrying import Outcome
from app.core.vocabulary import Owed
from app.db import db
from app.mail.smtp import Undelivered
from app.models import Outbox, OutboxArchive
from app.outbox import BACKOFF, JITTER, Finished
from app.settling import Failed
from tests.rows import LEASE, OVER, archived, change, claim, clock, empty, end, partners, put, stored


@pytest.fixture(autouse=True)
def _empty(app: Flask) -> None:
    empty()


# Leases


def test_a_claim_leases_rows_and_counts_the_attempt() -> None:
    ids = put(partners(1)[0], 3)
    before = clock()
    rows = claim("a", room=2)
    assert [row.id for row in rows] == ids[:2]
    assert [row.attempts for row in rows] == [1, 1]
    for row in rows:
        held = stored(row.id)
        assert (held.lease_owner, held.attempts) == ("a", 1)
        assert before + LEASE <= held.due_at <= clock() + LEASE
    assert stored(ids[2]).lease_owner is None


def test_a_second_worker_gets_none_of_what_the_first_one_holds() -> None:
    ids = put(partners(1)[0], 4)
    first = {row.id for row in claim("a", room=3)}
    assert [row.id for row in claim("b")] == [id for id in ids if id not in first]
    assert claim("b") == []


def test_a_row_that_is_not_due_yet_is_left_alone() -> None:
    put(partners(1)[0], due_in=timedelta(minutes=1))
    assert not outbox.pulse()
    assert claim("a") == []


def test_after_the_lease_another_worker_gets_the_rows() -> None:
    ids = put(partners(1)[0], 2)
    assert len(claim("a", lease=OVER)) == 2
    taken = claim("b")
    assert sorted(row.id for row in taken) == ids
    assert {row.attempts for row in taken} == {2}


def test_a_worker_whose_lease_was_taken_over_settles_nothing() -> None:
    (id,) = put(partners(1)[0])
    (late,) = claim("a", lease=OVER)
    (row,) = claim("b")
    end("a", Finished(late, Outcome.DONE, "250 ok"))
    end("a", Failed(late, Undelivered("554 no", final=True)))
    held = stored(id)
    assert (held.lease_owner, held.attempts, held.last_error, held.dead_at) == ("b", 2, None, None)
    assert archived(id) is None
    end("b", Finished(row, Outcome.DONE, "250 ok"))
    assert (stored(id), archived(id).answer) == (None, "250 ok")


def test_an_older_attempt_of_the_same_worker_settles_nothing() -> None:
    (id,) = put(partners(1)[0])
    (late,) = claim("a", lease=OVER)
    (row,) = claim("a")
    end("a", Finished(late, Outcome.DONE))
    assert archived(id) is None
    end("a", Finished(row, Outcome.DONE))
    assert archived(id).attempts == 2


def test_a_group_settles_what_is_still_ours_and_leaves_the_rest() -> None:
    mine, lost = put(partners(1)[0], 2)
    rows = {row.id: row for row in claim("a")}
    change(Outbox, Outbox.id == lost, lease_owner="b")
    end("a", *(Finished(row, Outcome.DONE) for row in rows.values()))
    assert archived(mine)
    assert stored(lost).lease_owner == "b"


def test_renewing_extends_the_lease_of_what_is_carried_and_of_nothing_else() -> None:
    carried, forgotten = put(partners(1)[0], 2)
    claim("a", lease=OVER)
    assert outbox.renew("a", [carried], LEASE) == 1
    assert [row.id for row in claim("b")] == [forgotten]
    assert outbox.renew("a", [carried, forgotten], LEASE) == 1, "what another worker holds cannot be renewed"


def test_releasing_gives_rows_back_and_does_not_count_the_attempt() -> None:
    ids = put(partners(1)[0], 2)
    claim("a")
    assert outbox.release("b") == 0
    assert outbox.release("a") == 2
    assert {(stored(id).lease_owner, stored(id).attempts) for id in ids} == {(None, 0)}
    assert {row.attempts for row in claim("b")} == {1}


def test_two_workers_carry_two_thousand_rows_and_none_of_them_twice(built: Flask) -> None:
    ids = {id for partner in partners(4) for id in put(partner, 500)}
    together = threading.Barrier(2)

    def work(me: str) -> list[UUID]:
        mine = []
        with built.app_context():
            together.wait(10)
            while rows := claim(me, room=25):
                mine += [row.id for row in rows]
                end(me, *(Finished(row, Outcome.DONE) for row in rows))
        return mine

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(work, ("a", "b"))
    assert len(first) + len(second) == 2000
    assert set(first) | set(second) == ids
    assert first, "the first worker got nothing"
    assert second, "the second worker got nothing"
    kept = db.session.execute(select(func.count(), func.max(OutboxArchive.attempts))).one()
    assert tuple(kept) == (2000, 1)


# Attempts


def test_the_message_id_is_fixed_at_the_first_claim_and_never_changes() -> None:
    (id,) = put(partners(1)[0])
    (first,) = claim("a", lease=OVER)
    assert first.message_id == f"<{id}@assent.example>"
    db.session.remove()
    (second,) = outbox.claim("b", 10, LEASE, 0, "renamed.example")
    end("b", Failed(second, Undelivered("451 later")))
    change(Outbox, due_at=clock())
    (third,) = claim("a")
    end("a", Finished(third, Outcome.DONE))
    assert {first.message_id, second.message_id, third.message_id, archived(id).message_id} == {first.message_id}


def test_a_relay_that_says_later_is_asked_again_on_schedule_and_then_the_row_is_dead() -> None:
    (id,) = put(partners(1)[0])
    for attempt, pause in enumerate(BACKOFF, 1):
        (row,) = claim("a")
        assert row.attempts == attempt
        before = clock()
        end("a", Failed(row, Undelivered(f"451 busy {attempt}")))
        held = stored(id)
        assert (held.lease_owner, held.dead_at, held.last_error) == (None, None, f"451 busy {attempt}")
        assert before + pause * (1 - JITTER) <= held.due_at <= clock() + pause * (1 + JITTER)
        assert claim("b") == [], "it must wait"
        change(Outbox, due_at=clock())
    (row,) = claim("a")
    end("a", Failed(row, Undelivered("451 still busy")))
    held = stored(id)
    assert (held.attempts, held.last_error, held.lease_owner) == (9, "451 still busy", None)
    assert held.dead_at
    assert not outbox.pulse()
    assert outbox.oldest_due() is None
    assert claim("b") == []


def test_the_schedule_is_the_published_one_and_its_waits_differ() -> None:
    assert [int(pause.total_seconds() / 60) for pause in BACKOFF] == [1, 5, 15, 60, 180, 360, 720, 1440]
    waits = {outbox.wait(1) for _ in range(50)}
    assert len(waits) > 25
    assert outbox.wait(len(BACKOFF) + 1) is None


def test_a_final_answer_is_never_tried_again() -> None:
    (id,) = put(partners(1)[0])
    (row,) = claim("a")
    end("a", Failed(row, Undelivered("554 5.6.0 no", final=True)))
    held = stored(id)
    assert (held.attempts, held.last_error) == (1, "554 5.6.0 no")
    assert held.dead_at


def test_a_finished_row_moves_to_the_archive_with_how_it_ended() -> None:
    partner = partners(1)[0]
    sent, needless = put(partner, 2)
    rows = {row.id: row for row in claim("a")}
    end("a", Finished(rows[sent], Outcome.DONE, "250 queued as 1"), Finished(rows[needless], Outcome.NOT_NEEDED))
    assert stored(sent) is None
    assert stored(needless) is None
    kept = archived(sent)
    assert (kept.outcome, kept.answer, kept.attempts) == (Outcome.DONE, "250 queued as 1", 1)
    assert (kept.partner_id, kept.kind, kept.message_id) == (partner, Owed.INVITATION, rows[sent].message_id)
    assert kept.payload == rows[sent].payload
    assert archived(needless).outcome is Outcome.NOT_NEEDED


def test_the_age_of_the_oldest_due_row_is_told() -> None:
    put(partners(1)[0])
    change(Outbox, due_at=clock() - timedelta(minutes=2))
    age = outbox.oldest_due()
    assert age is not None
    assert 120 <= age < 180
    claim("a")
    assert outbox.oldest_due() is None
