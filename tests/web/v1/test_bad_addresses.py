"""What stands in addresses and headers: garbage is refused in words or passed over, and never a failure."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from flask import Flask

from app.core.vocabulary import Role
from app.web.v1.paging import TOKEN, Paged
from app.web.v1.routes import ROUTES
from tests.web.v1.conftest import Desk, open_desk
from tests.web.v1.programs import BASE, Program, confirmation, of, refusal, token, untouched
from tests.web.v1.routing import Asked, Ids, every

INVALID = (400, 3000, "invalid-value")
GARBAGE = {
    "nothing": "",
    "a NUL": "%00",
    "a byte that is none": "%FF",
    "half a character": "%ED%A0%80",
    "a line break": "%0D%0ASet-Cookie:%20a=b",
    "a turn": "%E2%80%AE",
    "a number too many": "9" * 40,
    "less than nothing": "-1",
    "digits of elsewhere": "%D9%A3",
    "long": "x" * 5000,
    "SQL": quote("' OR 1=1; --"),
    "JSON": quote('{"Field": ["CompanyName"], "Operator": {}, "Value": 7}'),
    "deep JSON": quote("[" * 5000),
}
TOKENS = ["x", "====", "é", "W10", *(
    base64.urlsafe_b64encode(inner.encode()).decode()
    for inner in ("7", "{}", "[]", "[7]", '["x"]', '["\\u0000", "\\u0000"]', '["\\ud800", "\\ud800"]', "[" * 9000)
)]  # fmt: skip
SECOND = 1.0


@pytest.fixture(scope="module")
def there(built: Flask) -> tuple[Desk, Ids]:
    with built.app_context():
        desk = open_desk(built)
        case = desk.customer()
        draft = desk.program.made(of(case, "attestationdrafts"), confirmation())["id"]
        invitation = desk.program.made(of(case, "invitations"), {"kind": "agreement"})["id"]
        return desk, Ids(customer=str(case.machine.customer_id), draft=draft, invitation=invitation)


@pytest.fixture
def routes(app: Flask, there: tuple[Desk, Ids]) -> list[Asked]:
    return list(every(there[1]))


@pytest.fixture
def who(app: Flask, there: tuple[Desk, Ids]) -> Program:
    """Of somebody whom no route refuses."""
    return there[0].colleague(Role.ADMIN_AGENT, Role.GLOBAL_ADMIN)


def sound(who: Program, method: str, where: str, **more: Any) -> int:
    """The status of an answer that came soon, and that can be read where it is a refusal."""
    began = time.thread_time()
    found = who.send(method, where, **more)
    assert time.thread_time() - began < SECOND
    if found.status_code >= 400 and method != "HEAD":
        refusal(found)
    return found.status_code


def queries() -> Iterator[tuple[str, str]]:
    """Every route that reads a query, with each member of its own; once what all lists have, and what nobody knows."""
    for route in ROUTES:
        if route.asks:
            shared = () if route.endpoint == "acceptances" else Paged.model_fields
            yield from (
                (route.endpoint, str(one.alias)) for name, one in route.asks.model_fields.items() if name not in shared
            )
    yield "acceptances", "unheard-of"


def test_a_query_is_read_or_refused_and_never_a_failure(routes: list[Asked], who: Program) -> None:
    asked = {one.name: one for one in routes}
    with untouched():
        for name, member in queries():
            one, path = asked[name].route, asked[name].where.partition("?")[0]
            for what, value in GARBAGE.items():
                status = sound(who, one.method, f"{path}?{member}={value}")
                assert status in (200, 400, 403, 404, 410), (name, member, what, status)


def test_a_query_of_which_all_is_unknown_is_as_none(routes: list[Asked], who: Program) -> None:
    for one in routes:
        if one.route.asks and issubclass(one.route.asks, Paged):
            assert sound(who, "GET", f"{one.where}?%00=%FF&&==&a[]=1&size=2&size=3") == 200


@pytest.mark.parametrize("given", TOKENS, ids=range(len(TOKENS)))
def test_a_continuation_token_that_was_never_given_is_refused(routes: list[Asked], who: Program, given: str) -> None:
    with untouched():
        for one in routes:
            if one.route.asks and issubclass(one.route.asks, Paged):
                found = who.send("GET", one.where, headers={TOKEN: given})
                assert (one.name, refusal(found)) == (one.name, INVALID)


HEADERS = ["", " ", "x" * 6000, "é\x80", '"', "W/", '"a", "b', ",,,,", "*", "W/*", "\t"]


ADVICE = ("If-None-Match", "Accept", "Accept-Language", "X-Locale", "MS-CorrelationId")


def test_headers_that_only_advise_do_no_harm(routes: list[Asked], who: Program) -> None:
    reads = [(one, one.ask(who).status_code) for one in routes if one.route.method == "GET"]
    with untouched():
        for one, plain in reads:
            for value in HEADERS:
                status = sound(who, "GET", one.where, headers=dict.fromkeys(ADVICE, value))
                assert status in (plain, 304), (one.name, value, status)


def test_a_key_that_cannot_be_kept_is_refused_before_anything_is_done(routes: list[Asked], who: Program) -> None:
    with untouched():
        for one in routes:
            for header, value in (("MS-RequestId", "x" * 256), ("Idempotency-Key", "é"), ("MS-RequestId", "a\tb")):
                if one.route.writes:
                    found = who.send(one.route.method, one.where, json=one.body, headers={header: value})
                    assert (one.name, refusal(found)) == (one.name, INVALID)
                    assert found.headers["MS-RequestId"] != value


AUTHORIZATIONS = ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer asn_", "Bearer asn_é", "Bearer " + "x" * 6000, "\t"]


def test_who_shows_no_token_that_counts_learns_only_that(app: Flask, routes: list[Asked], there: Any) -> None:
    over = Program(app, token(there[0].ana, expires_in_days=1))
    with untouched():
        for one in routes:
            if one.route.needs:
                for value in AUTHORIZATIONS:
                    status = sound(Program(app), one.route.method, one.where, headers={"Authorization": value})
                    assert (one.name, value, status) == (one.name, value, 401)
        with time_machine.travel(time.time() + 2 * 24 * 60 * 60):
            for one in routes:
                if one.route.needs and one.route.method != "HEAD":
                    assert (one.name, refusal(one.ask(over))) == (one.name, (401, 800001, "token-expired"))


def test_an_address_that_is_none_is_answered_like_any_other(app: Flask, who: Program) -> None:
    for path in ("/v1/", "/v1/%00", "/v1/customers/%2e%2e/%2e%2e", "/v1/customers;a=b", "/v1/%F0%9F"):
        assert sound(who, "GET", path) == 404
    assert sound(who, "GET", "/v1//customers/") == 200
    for method in ("PUT", "TRACE", "CONNECT", "PROPFIND", "get"):
        assert who.send(method, "/v1/customers").status_code in (200, 405)
    assert json.loads(who.send("PUT", "/v1/customers").text)["reason"] == "method-not-allowed"
    assert BASE not in who.send("GET", "/v1/%00").text
