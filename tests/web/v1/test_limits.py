"""How often a token may ask: what is left is said with every answer, and what was not modified costs nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from app import create_app
from app.config import Config, load
from app.db import db
from tests.web.v1.conftest import Desk
from tests.web.v1.programs import Holder, Program, account, of, refusal, token, untouched

LIST = "/v1/attestationdrafts"
HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After")
TOO_MANY = (429, 2000, "rate-limited")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def limited_to(config: Config, number: int | None) -> Iterator[Flask]:
    """The application on the same database, with a limit; None is the usual one."""
    environ = {"ASSENT_INSTANCE": str(config.instance), "ASSENT_DATABASE_URL": config.database_url}
    app = create_app(load(environ | ({} if number is None else {"ASSENT_RATE_LIMIT": str(number)})))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def limited(config: Config) -> Iterator[Flask]:
    yield from limited_to(config, 3)


@pytest.fixture
def usual(config: Config) -> Iterator[Flask]:
    yield from limited_to(config, None)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as found:
        yield found


def told(found: TestResponse) -> tuple[str | None, ...]:
    """Limit, what is left, seconds until there is more, and when to try again."""
    return tuple(found.headers.get(name) for name in HEADERS)


def test_every_answer_says_how_many_requests_are_left(
    limited: Flask, desk: Desk, clock: time_machine.Traveller
) -> None:
    who = Program(limited, token(desk.ana))
    assert told(who.send("GET", LIST)) == ("3", "2", "60", None)
    clock.shift(20)
    assert told(who.send("GET", "/v1/customers/none")) == (None,) * 4, "no route, so nobody was asked for a token"
    assert told(who.send("GET", f"{LIST}?status=odd")) == ("3", "1", "40", None), "a refusal is an answer"
    assert told(who.send("HEAD", LIST)) == ("3", "0", "40", None)


def test_beyond_the_limit_nothing_is_done_until_the_minute_is_over(
    limited: Flask, desk: Desk, clock: time_machine.Traveller
) -> None:
    who, case = Program(limited, token(desk.ana)), desk.customer()
    for _ in range(3):
        assert who.send("GET", LIST).status_code == 200
    clock.shift(20)
    with untouched():
        for _ in range(5):
            found = who.post(of(case, "invitations"), {"kind": "agreement"})
            assert (refusal(found), told(found)) == (TOO_MANY, ("3", "0", "40", "40"))
    clock.shift(39)
    assert told(who.send("GET", LIST)) == ("3", "0", "1", "1")
    clock.shift(1)
    found = who.post(of(case, "invitations"), {"kind": "agreement"})
    assert (found.status_code, told(found)) == (201, ("3", "2", "60", None))


def test_each_token_has_its_own_count(limited: Flask, desk: Desk) -> None:
    holders: list[Holder] = [desk.ana, desk.ana, account(desk.fabrikam), desk.fabrikam]
    programs = [Program(limited, token(holder)) for holder in holders]
    for who in programs:
        assert [who.send("GET", LIST).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_a_wrong_token_is_counted_nowhere(limited: Flask, desk: Desk) -> None:
    nobody = Program(limited, "asn_made-up")
    for _ in range(5):
        found = nobody.send("GET", LIST)
        assert (found.status_code, told(found)) == (401, (None,) * 4)
    assert told(Program(limited).send("GET", "/v1/openapi.json")) == (None,) * 4


def test_what_was_not_modified_costs_nothing(limited: Flask, desk: Desk) -> None:
    """Whether the answer comes from memory or is made anew, and never beyond the limit."""
    case = desk.customer()
    for path in (of(case, "acceptance"), f"/v1/customers/{case.machine.customer_id}"):
        who = Program(limited, token(desk.ana))
        tag = who.send("GET", path).headers["ETag"]
        for _ in range(5):
            found = who.send("GET", path, {"If-None-Match": tag})
            assert (found.status_code, told(found)[:2]) == (304, ("3", "2"))
        assert [who.send("GET", path).status_code for _ in range(3)] == [200, 200, 429]
        assert who.send("GET", path, {"If-None-Match": tag}).status_code == 429


def test_what_was_answered_before_counts_as_a_request(limited: Flask, desk: Desk) -> None:
    who, where = Program(limited, token(desk.ana)), of(desk.customer(), "invitations")
    key = {"MS-RequestId": "6f1f9f7c-2f6c-4a6e-9d4f-0d7a3a1a9b11"}
    answers = [who.post(where, {"kind": "agreement"}, headers=key) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert [told(answer)[1] for answer in answers] == ["2", "1", "0", "0"]
    assert answers[1].headers["Idempotent-Replayed"] == "true"


def test_without_a_setting_there_are_five_hundred_a_minute(usual: Flask, desk: Desk) -> None:
    assert told(Program(usual, token(desk.ana)).send("GET", LIST))[:2] == ("500", "499")


def test_nought_is_no_limit(app: Flask, desk: Desk) -> None:
    """As these tests are set up."""
    assert told(desk.program.send("GET", LIST)) == (None,) * 4
    assert [desk.program.send("GET", LIST).status_code for _ in range(4)] == [200] * 4
