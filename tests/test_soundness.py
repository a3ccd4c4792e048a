"""`assent db check`: what was tampered with is found and named; what is sound is called sound, in use too."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update

from app.db import db
from app.models import News, Record, SealedValue
from app.queries import soundness
from tests.cast import Cast, Story, introduce


@pytest.fixture(scope="module", autouse=True)
def unguarded(built: Flask) -> None:
    """An intruder has taken the guards of records away."""
    with built.app_context(), db.engine.begin() as connection:
        for name in soundness.TRIGGERS[db.engine.dialect.name]:
            on = "" if db.engine.dialect.name == "sqlite" else " ON record"
            connection.execute(text(f"DROP TRIGGER {name}{on}"))


@pytest.fixture
def story(cast: Cast) -> Story:
    """An agreement with three records."""
    found = cast.customer()
    found.invite()
    found.invite()
    db.session.rollback()
    return found


def faults(story: Story) -> list[str]:
    """What is said of this agreement."""
    mine = f"machine {story.machine.id}: "
    return [fault.removeprefix(mine) for fault in soundness.report()["faults"] if fault.startswith(mine)]


@contextlib.contextmanager
def tampered(story: Story, number: int, **values: object) -> Iterator[None]:
    """A record with other values, until it is put back."""
    where = (Record.machine_id == story.machine.id, Record.number == number)
    with db.engine.begin() as connection:
        whole = connection.execute(select(Record.body, Record.hash, Record.event).where(*where)).one()
        connection.execute(update(Record).where(*where).values(values))
    yield
    with db.engine.begin() as connection:
        connection.execute(update(Record).where(*where).values(whole._asdict()))
    assert faults(story) == []


def body(story: Story, number: int) -> str:
    where = (Record.machine_id == story.machine.id, Record.number == number)
    with db.engine.connect() as connection:
        return str(connection.execute(select(Record.body).where(*where)).scalar_one())


def test_a_missing_guard_is_named(app: Flask) -> None:
    found = soundness.report()
    assert found["sound"] is False
    for name in soundness.TRIGGERS[db.engine.dialect.name]:
        assert f"trigger {name} is missing" in found["faults"]


def test_a_sound_chain_has_no_fault(story: Story) -> None:
    assert faults(story) == []
    assert soundness.report()["records"] >= 3


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_flipped_byte_is_found_wherever_it_is(story: Story, number: int) -> None:
    whole = body(story, number)
    for place in range(0, len(whole), 97):
        with tampered(story, number, body=whole[:place] + chr(ord(whole[place]) ^ 1) + whole[place + 1 :]):
            [fault] = faults(story)
            assert fault.startswith("record ")


@pytest.mark.parametrize("spoilt", ["", "null", "[]", "{", "[" * 5000, '{"number":1e999}', '{"a":1.5}', '{"å":1}'])
def test_what_is_no_record_is_found_and_named(story: Story, spoilt: str) -> None:
    with tampered(story, 2, body=spoilt):
        assert faults(story) == ["record 2: is not what was written"]


def test_the_same_facts_written_otherwise_are_found(story: Story) -> None:
    with tampered(story, 2, body=body(story, 2).replace(",", ", ", 1)):
        assert faults(story) == ["record 2: is not what was written"]


def test_a_column_that_says_otherwise_than_the_record_is_found(story: Story) -> None:
    with tampered(story, 2, event="accept"):
        assert faults(story) == ["record 2: is not what was written"]


def test_a_changed_hash_is_found(story: Story) -> None:
    with tampered(story, 3, hash="0" * 64):
        assert faults(story) == ["record 3: hash does not match"]


def test_bytes_that_are_no_text_are_found(story: Story) -> None:
    if db.engine.dialect.name == "postgresql":
        return  # it keeps nothing that is no text
    with tampered(story, 2, body=text("CAST(X'FF' AS TEXT)")):
        assert "cannot be read: Could not decode to UTF-8" in soundness.report()["faults"][-1]


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ([1], ["record 1: number is 2"]),
        ([2], ["record 2: number is 3"]),
        ([3], ["record 2: is not the head the machine remembers"]),
        ([1, 2, 3], []),
    ],
)
def test_a_deleted_record_is_found(story: Story, numbers: list[int], says: list[str]) -> None:
    gone = select(Record.id).where(Record.machine_id == story.machine.id, Record.number.in_(numbers))
    with db.engine.begin() as connection:
        connection.execute(delete(SealedValue).where(SealedValue.record_id.in_(gone)))
        connection.execute(update(News).where(News.record_id.in_(gone)).values(record_id=None))
        connection.execute(delete(Record).where(Record.id.in_(gone)))
    assert faults(story) == says
    assert says or [fault for fault in soundness.report()["faults"] if fault.endswith(" have records")]


def of_chains(report: dict[str, Any]) -> frozenset[str]:
    return frozenset(fault for fault in report["faults"] if fault.startswith("machine "))


def test_writers_may_go_on_meanwhile(app: Flask) -> None:
    before, stop = soundness.report(), threading.Event()

    def write() -> None:
        with app.app_context():
            cast = introduce()
            while not stop.is_set():
                cast.customer().invite()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        reports = [soundness.report() for _ in range(10)]
    finally:
        stop.set()
        writer.join()
    assert {of_chains(report) for report in reports} == {of_chains(before)}
    assert reports[-1]["machines"] > before["machines"]
