"""Somebody waits: a code is not held up by what is queued before it."""

import time
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from app import create_app, schema
from app.auth import acts
from app.commands import webhooks
from app.commands.webhooks import Wanted
from app.config import load
from app.core.carrying import Lane
from app.core.hooks import Disabling
from app.core.vocabulary import Owed
from app.db import db, new_id, transaction
from app.models import Outbox
from tests.bulk import invite_many
from tests.cast import Cast, introduce
from tests.conftest import create_database
from tests.faults.queued import ask_code, opened
from tests.faults.queued import opening as opening
from tests.mail.postbox import Postbox
from tests.servers import Assent, wait_for
from tests.sizes import FULL, size

QUEUE = size(9000)
# Without full size most of what is queued are notices: to invite takes longer than to send.
INVITED = QUEUE if FULL else 100


@pytest.mark.soak
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"] if FULL else ["sqlite"])
def test_a_code_leaves_within_two_seconds_however_much_is_queued(
    tmp_path: Path, request: pytest.FixtureRequest, boxes: list[Postbox], engine: str
) -> None:
    box = opened(boxes, delay=0.05)
    server = {"DATABASE_URL": create_database(request.getfixturevalue("postgres"))} if engine == "postgresql" else {}
    assent = Assent(tmp_path / "instance", SMTP_URL=box.url(), **server)
    app = create_app(load(assent.environ))
    with app.app_context():
        schema.upgrade(db.engine)
        cast = introduce()
        mailboxes = invite_many(cast, INVITED)
        notify(cast, QUEUE - INVITED)
        assent.start("worker")
        wait_for(lambda: len(box.letters) > 20, "the first mails", 30)
        waits = [waited(box, ask_code(cast, mailbox)) for mailbox in mailboxes[-3:]]
        left = waiting()
        assent.stop()
        db.session.remove()
        db.engine.dispose()
    print(f"\n{engine}: {QUEUE} queued, {left} when the third code was there; codes took {waits} s")
    assert left > QUEUE / 3
    assert max(waits) < 2


def notify(cast: Cast, number: int) -> None:
    """So many notices to the partner's people that an endpoint was disabled."""
    if not number:
        return
    with transaction() as session:
        end = webhooks.add(acts.console(cast.fabrikam.id), Wanted("https://hooks.example", ["*"]), b"")
        webhooks.disable(acts.clock(), end, Disabling.FAILING)
        session.flush()
        columns = [column for column in Outbox.__table__.columns if column.name not in ("id", "dedupe")]
        row = session.execute(select(*columns).where(Outbox.kind == Owed.ENDPOINT_DISABLED)).one()
        copies = [row._asdict() | {"id": id, "dedupe": str(id)} for id in (new_id() for _ in range(number - 1))]
        session.execute(insert(Outbox), copies)


def waiting() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Outbox).where(Outbox.lane == Lane.BULK)) or 0


def waited(box: Postbox, code: str) -> float:
    began = time.monotonic()
    wait_for(lambda: any(code.encode() in letter.data for letter in box.letters[-100:]), "the code", 20)
    return round(time.monotonic() - began, 3)
