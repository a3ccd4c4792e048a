"""`POST /hooks/{source}` by Standard Webhooks: what is signed well is stored once, whatever else is refused."""

import time
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app import vault
from app.auth import acts
from app.commands import sources
from app.core.hooks import Arrival
from app.db import db
from app.hooks import signing
from app.models import HookSource, ReceivedHook
from tests.channel import done
from tests.engines import on_sqlite  # noqa: F401
from tests.rows import change
from tests.web.forged_messages import BODY, FORGERIES
from tests.web.hooking import EVENT, Receiver, by_secret, partner, raw, signed
from tests.web.tables import dump
from tests.web.v1.programs import UNKNOWN, Program, Refusal, refusal, untouched

FORGED: Refusal = (401, 800001, "bad-signature")
UNPARSABLE: Refusal = (400, 2000, "unparsable-body")
MISSING: Refusal = (400, 3000, "missing-field")
INVALID: Refusal = (400, 3000, "invalid-value")
A_MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def shop(built: Flask) -> tuple[Receiver, str]:
    with built.app_context():
        return by_secret(built, partner())


def stored(receiver: Receiver) -> list[ReceivedHook]:
    db.session.rollback()
    own = ReceivedHook.source_id == receiver.source.id
    return list(db.session.scalars(select(ReceivedHook).where(own).order_by(ReceivedHook.id)))


# Taken


def test_what_is_signed_well_is_stored_and_then_answered(app: Flask, shop: tuple[Receiver, str]) -> None:
    receiver, secret = shop
    found = receiver.post(signed(secret, BODY, "msg_good"))
    assert (found.status_code, found.mimetype, found.json) == (200, "application/json", {"outcome": "unknown"})
    assert "Idempotent-Replayed" not in found.headers
    row = stored(receiver)[-1]
    assert (row.key, row.event, row.outcome) == ("msg_good", "weather.changed", Arrival.UNKNOWN)
    assert row.partner_id == receiver.source.partner_id
    assert row.body
    assert BODY not in row.body
    assert vault.open_(row.body) == BODY.decode()


def test_the_same_again_is_answered_as_before_and_stored_once(app: Flask, shop: tuple[Receiver, str]) -> None:
    """Also when it is signed anew, as another try of the sender is."""
    receiver, secret = shop
    first = receiver.post(signed(secret, BODY, "msg_twice"))
    with untouched():
        again = receiver.post(signed(secret, BODY, "msg_twice", late=A_MINUTE))
    assert (again.status_code, again.data) == (200, first.data)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_while_secrets_change_hands_both_are_good_and_then_only_the_new_one(app: Flask) -> None:
    (receiver, former), latter = by_secret(app, partner()), signing.new_secret()
    done(lambda: sources.rotate(acts.console(), db.session.get_one(HookSource, receiver.source.id), vault.seal(latter)))
    for number, secret in enumerate((former, latter)):
        assert receiver.post(signed(secret, BODY, f"msg_{number}")).status_code == 200
    one, other = signed(former, BODY, "msg_both"), signed(latter, BODY, "msg_both")
    two = f"{one.headers['webhook-signature']} {other.headers['webhook-signature']}"
    assert receiver.post(other.but(webhook_signature=two)).status_code == 200
    with time_machine.travel(time.time() + 24 * 60 * 60 + 1):
        assert refusal(receiver.post(signed(former, BODY, "msg_late"))) == FORGED
        assert receiver.post(signed(latter, BODY, "msg_late")).status_code == 200


@pytest.mark.parametrize("late", [-4.8, 4.8])
def test_clocks_may_differ_by_five_minutes(app: Flask, shop: tuple[Receiver, str], late: float) -> None:
    receiver, secret = shop
    assert receiver.post(signed(secret, BODY, f"msg_{late}", timedelta(minutes=late))).status_code == 200


def test_a_body_is_what_its_bytes_are_whatever_the_headers_call_it(app: Flask, shop: tuple[Receiver, str]) -> None:
    receiver, secret = shop
    body = b' {"data" : {"sky":"bl\xc3\xa5"},\n"type": "weather.changed", "odd": "\\ud800\\u0000"} '
    for number, kind in enumerate(("application/json", "text/plain", "multipart/form-data; boundary=x", "")):
        sent = signed(secret, body, f"msg_as_{number}").but(Content_Type=kind)
        assert (kind, receiver.post(sent).status_code) == (kind, 200)


# Forged


@pytest.fixture(scope="module")
def other(built: Flask) -> str:
    """The secret of a source of somebody else's."""
    with built.app_context():
        return by_secret(built, partner("Northwind"))[1]


def test_there_are_forty_forgeries_and_more() -> None:
    assert len(FORGERIES) >= 40


def test_whatever_is_not_signed_well_is_refused_and_not_stored(
    app: Flask, shop: tuple[Receiver, str], other: str
) -> None:
    receiver, secret = shop
    with untouched():
        for name, spoil in FORGERIES.items():
            found = receiver.post(spoil(signed(secret, BODY), other))
            assert (name, refusal(found)) == (name, FORGED)
            assert found.headers["WWW-Authenticate"] == "Signature"
    assert receiver.post(signed(secret, BODY)).status_code == 200


# Signed, and yet of no use


USELESS: dict[bytes, Refusal] = {
    b"": UNPARSABLE,
    b"null": UNPARSABLE,
    b"[]": UNPARSABLE,
    b'"{}"': UNPARSABLE,
    b"{": UNPARSABLE,
    b'{"type": "a", "Type": "b"}': UNPARSABLE,
    b'{"type": "a", "data": {"n": NaN}}': UNPARSABLE,
    b'{"type": "a", "n": ' + b"9" * 5000 + b"}": UNPARSABLE,
    b'{"type": ' + b"[" * 20_000: UNPARSABLE,
    b"{}": MISSING,
    b'{"type": null}': MISSING,
    b'{"type": " "}': MISSING,
    b'{"type": 7}': INVALID,
    b'{"type": ["weather.changed"]}': INVALID,
    b'{"type": "a\\u0000"}': (400, 3000, "invalid-text"),
    b'{"type": "\\ud800"}': (400, 3000, "invalid-text"),
    b'{"type": "' + b"a" * 201 + b'"}': (400, 3000, "invalid-text"),
}


def test_a_body_that_says_nothing_is_refused_though_signed(app: Flask, shop: tuple[Receiver, str]) -> None:
    receiver, secret = shop
    with untouched():
        for body, expected in USELESS.items():
            assert (body[:40], refusal(receiver.post(signed(secret, body)))) == (body[:40], expected)


def test_a_body_of_more_than_64_kib_is_too_much(app: Flask, shop: tuple[Receiver, str]) -> None:
    receiver, secret = shop
    largest = raw(EVENT | {"more": ""})
    largest = raw(EVENT | {"more": "x" * (64 * 1024 - len(largest))})
    assert receiver.post(signed(secret, largest, "msg_large")).status_code == 200
    with untouched():
        found = receiver.post(signed(secret, largest + b" ", "msg_larger"))
    assert refusal(found) == (413, 2000, "body-too-large")


# Where it is posted


def test_a_source_that_is_not_there_any_more_is_as_unknown_as_any_other(app: Flask) -> None:
    receiver, secret = by_secret(app, partner())
    expected = Program(app).post(f"/hooks/{UNKNOWN}", EVENT)
    assert refusal(expected) == (404, 1000, "not-found")
    for ended in ("disabled_at", "removed_at"):
        change(HookSource, HookSource.id == receiver.source.id, disabled_at=None, removed_at=None)
        assert receiver.post(signed(secret, BODY, ended)).status_code == 200
        change(HookSource, HookSource.id == receiver.source.id, **{ended: acts.now()})
        with untouched():
            found = receiver.post(signed(secret, BODY, f"{ended} again"))
        assert (found.json or {}) | {"instance": ""} == (expected.json or {}) | {"instance": ""}


def test_only_posts_are_taken(app: Flask, shop: tuple[Receiver, str]) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        found = Program(app).send(method, f"/hooks/{shop[0].source.id}")
        assert refusal(found) == (405, 2000, "method-not-allowed")
    for where in ("/hooks/", "/hooks/7", "/hooks/%00", f"/hooks/{UNKNOWN}/more"):
        assert (where, Program(app).post(where, EVENT).status_code) == (where, 404)


def test_secrets_and_signatures_stand_in_no_answer_and_in_no_row(app: Flask, shop: tuple[Receiver, str]) -> None:
    receiver, secret = shop
    sent = signed(secret, BODY, "msg_secret")
    text = receiver.post(sent).text + receiver.post(sent.but(b"{}")).text
    signs = [sent.headers["webhook-signature"].partition(",")[2], secret.removeprefix("whsec_")]
    kept = dump()
    assert "msg_secret" in kept
    assert [sign for sign in signs if sign in text or sign in kept] == []


# Committed first


TRAP = """\
CREATE TABLE trap (id INTEGER PRIMARY KEY);
CREATE TABLE trapped (id INTEGER REFERENCES trap (id) DEFERRABLE INITIALLY DEFERRED);
CREATE TRIGGER spring AFTER INSERT ON received_hook BEGIN INSERT INTO trapped VALUES (1); END;
"""


def test_what_cannot_be_committed_is_never_answered_as_done(app: Flask) -> None:
    """The database says no at the very end: the sender is told to come again, and then it is taken."""
    receiver, secret = by_secret(app, partner())
    with db.engine.begin() as connection:
        for statement in filter(None, TRAP.replace("; END", "\0 END").split(";\n")):
            connection.exec_driver_sql(statement.replace("\0", ";"))
    try:
        found = receiver.post(signed(secret, BODY))
        assert refusal(found) == (500, 2000, "fault")
        assert stored(receiver) == []
    finally:
        db.session.rollback()
        with db.engine.begin() as connection:
            for what in ("TRIGGER spring", "TABLE trapped", "TABLE trap"):
                connection.exec_driver_sql(f"DROP {what}")
    again = receiver.post(signed(secret, BODY))
    assert (again.status_code, again.headers.get("Idempotent-Replayed")) == (200, None)
    assert len(stored(receiver)) == 1
