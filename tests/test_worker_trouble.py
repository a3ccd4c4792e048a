"""The worker in trouble: rows that cannot be carried, a pace that holds it, a database that goes away, a signal."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, func, select

from app import create_app, schema
from app.config import load
from app.core.carrying import Delivery
from app.core.effects import LANES
from app.core.vocabulary import Owed
from app.db import database_now, db, new_id, transaction
from app.models import Invitation, Outbox, OutboxArchive
from tests.cast import Cast, introduce
from tests.conftest import create_database
from tests.mail.facts import parsed
from tests.mail.postbox import Postbox
from tests.rows import empty, stored
from tests.servers import Assent, wait_for
from tests.working import settings, work


@pytest.fixture
def _empty(app: Flask) -> None:
    empty()


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    box = Postbox(delay=0.3).start()
    yield box
    box.stop()


def owed(cast: Cast, payload: dict[str, Any], kind: Owed = Owed.INVITATION) -> Any:
    """A row as no command of ours would write it."""
    id = new_id()
    with transaction() as session:
        now = database_now(session)
        row = {"id": id, "partner_id": cast.fabrikam.id, "lane": LANES[kind], "kind": kind, "payload": payload}
        db.session.add(Outbox(**row, dedupe=str(id), due_at=now, created_at=now))
    return id


def sent(*invitations: Any) -> bool:
    wanted = select(func.count()).where(Invitation.id.in_(invitations), Invitation.delivery == Delivery.SENT)
    return bool(db.session.scalar(wanted) == len(invitations))


@pytest.mark.usefixtures("_empty")
def test_a_row_that_cannot_be_told_does_not_hold_up_the_others(app: Flask, cast: Cast) -> None:
    broken = owed(cast, {"invitation": "not an id", "machine": "neither"})
    invitation = cast.customer().invite()
    work(app, lambda: sent(invitation.id) and stored(broken).last_error)
    row = stored(broken)
    assert row.last_error.startswith("ValueError: ")
    assert (row.lease_owner, row.dead_at, row.attempts) == (None, None, 1)


@pytest.mark.usefixtures("_empty")
def test_a_timer_that_cannot_be_kept_comes_back_later_and_is_nobodys_mail(app: Flask, cast: Cast) -> None:
    broken = owed(cast, {"invitation": "not an id", "machine": str(uuid4())}, Owed.INVITATION_EXPIRY)
    work(app, lambda: stored(broken).last_error)
    assert stored(broken).dead_at is None


@pytest.mark.usefixtures("_empty")
def test_a_row_whose_end_cannot_be_written_is_set_aside_and_not_sent_again(app: Flask, cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite()
    with transaction() as session:
        payload = {"invitation": str(invitation.id), "machine": "not an id"}
        session.query(Outbox).where(Outbox.kind == Owed.INVITATION).update({"payload": payload})
    other = cast.customer().invite()
    box = Postbox({f"RCPT {invitation.email}": "554 no"}).start()
    broken = select(Outbox.last_error).where(Outbox.kind == Owed.INVITATION, Outbox.dead_at.is_not(None))
    with settings(app, SMTP_URL=box.url()):
        work(app, lambda: sent(other.id) and db.session.scalar(broken))
    box.stop()
    assert db.session.scalar(broken) == "cannot settle: ValueError"
    assert len(box.letters) == 1


@pytest.mark.usefixtures("_empty")
def test_a_worker_that_must_wait_does_not_run_in_circles(app: Flask, cast: Cast) -> None:
    """Neither with nothing to do nor with mail that the pace holds back."""
    for _ in range(3):
        cast.customer().invite()
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    done = select(func.count()).select_from(OutboxArchive)
    with settings(app, MAIL_RATE="0.01"):
        work(app, lambda: db.session.scalar(done) == 1)
        statements.clear()
        until = time.monotonic() + 1
        work(app, lambda: time.monotonic() > until)
    assert db.session.scalar(done) == 1, "the pace lets one mail go in a hundred seconds"
    assert len(statements) < 300, "a circle would take thousands"


def close_to_all(database: str, address: str) -> None:
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])


def open_again(database: str, address: str) -> None:
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')


def test_the_worker_outlives_its_database_and_sends_nothing_twice(
    postgres: str, tmp_path: Path, postbox: Postbox
) -> None:
    url = create_database(postgres)
    database, server = url.rpartition("/")[2], postgres.format("postgres").replace("+psycopg", "")
    environ = {"INSTANCE": str(tmp_path), "DATABASE_URL": url, "SMTP_URL": postbox.url()}
    app = create_app(load({f"ASSENT_{name}": value for name, value in environ.items()}))
    with app.app_context():
        schema.upgrade(db.engine)
        cast = introduce()
        ids = [cast.customer().invite().id for _ in range(4)]

        def outage() -> None:
            wait_for(lambda: postbox.connections, "the first mail")
            close_to_all(database, server)
            wait_for(lambda: len(postbox.letters) == 4, "the mails in flight")
            open_again(database, server)
            with app.app_context():
                ids.append(introduce().customer().invite().id)

        work(app, lambda: sent(*ids), outage)
        assert list(db.session.scalars(select(OutboxArchive.attempts))) == [1] * 5
        db.session.remove()
        db.engine.dispose()
    assert len({parsed(letter.data)["Message-ID"] for letter in postbox.letters}) == len(postbox.letters) == 5


def test_a_worker_told_to_stop_finishes_what_it_carries_and_gives_back_the_rest(
    tmp_path: Path, postbox: Postbox
) -> None:
    assent = Assent(tmp_path / "instance", SMTP_URL=postbox.url(), IN_FLIGHT="5")
    app = create_app(load(assent.environ))
    with app.app_context():
        schema.upgrade(db.engine)
        cast = introduce()
        for _ in range(20):
            cast.customer().invite()
        process = assent.start("worker")
        wait_for(lambda: len(postbox.letters) >= 2, "the first mails")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assent.stop()
        mails = select(Outbox.lease_owner, Outbox.attempts).where(Outbox.kind == Owed.INVITATION)
        left = db.session.execute(mails).all()
        archived = db.session.scalars(select(OutboxArchive.message_id)).all()
        assert set(left) == {(None, 0)}
        db.session.remove()
        db.engine.dispose()
    received = [parsed(letter.data)["Message-ID"] for letter in postbox.letters]
    assert 2 <= len(received) < 20
    assert sorted(received) == sorted(str(id) for id in archived)
    assert len(left) == 20 - len(received)
