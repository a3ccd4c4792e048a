"""Whatever a program sends to a route: it gets an answer that it can read, never a failure, and nothing is written."""

import gzip
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from app.web.v1.routes import ROUTES as API
from tests.conftest import database_url  # noqa: F401  PostgreSQL takes less than SQLite
from tests.sizes import engines
from tests.web.v1.posts import ROUTES, Route, prepare
from tests.web.v1.programs import (
    UNKNOWN,
    refusal,
    untouched,
)

pytestmark = engines("postgresql")

UNPARSABLE = (400, 2000, "unparsable-body")
DEEP = 10_000
MEGABYTE = 1_000_000
WRONG: dict[str, list[Any]] = {
    "text": [7, True, [], {}],
    "object": [7, "x", []],
    "list": [7, "x", {}, [7]],
    "days": [7, "x", {}, ["x"], [0], [366], [1, 2, 3, 4, 5]],
    "flag": [0, "true", []],
    "number": ["1", 1.5, True, 10**400, 1e308],
    "person": [7, True, [{}]],
}
each = pytest.mark.parametrize("name", [make.__name__ for make in ROUTES])


@pytest.fixture(scope="module")
def routes(built: Flask) -> dict[str, Route]:
    """For whoever changes nothing."""
    with built.app_context():
        return prepare(built)


@pytest.fixture
def route(app: Flask, routes: dict[str, Route], name: str) -> Route:
    return routes[name]


def test_every_route_that_takes_a_body_is_tried_here_with_one_that_would_be_done(app: Flask) -> None:
    adapter, found = app.url_map.bind("localhost"), prepare(app)
    tried = {str(adapter.match(route.where, method=route.method)[0]) for route in found.values()}
    assert tried == {f"v1.{route.endpoint}" for route in API if route.takes}
    for name, route in found.items():
        assert (name, route.ask(route.body).status_code in (200, 201)) == (name, True)


def test_what_is_odd_and_no_fault_is_passed_over(app: Flask) -> None:
    """Members nobody knows, whatever they hold; no content type; an id in capitals."""
    more = {"unheard-of": {"\0": ["\ud800", 10**400, 1e308, None]}, "": 1, "\ud800": 2, "LINKS": "x" * 10_000}
    for name, route in prepare(app).items():
        shouted = replace(route, where=re.sub("[0-9a-f-]{36}", lambda id: id[0].upper(), route.where))
        found = shouted.ask(route.body | more, content_type=None)
        assert (name, found.status_code in (200, 201)) == (name, True), found.text


GARBAGE = {
    "empty": b"",
    "blank": b" \r\n",
    "null": b"null",
    "list": b"[]",
    "list of objects": b"[{}]",
    "text": b'"{}"',
    "number": b"7",
    "truth": b"true",
    "open": b"{",
    "open text": b'{"a": "b',
    "closed twice": b"{}}",
    "two": b"{}{}",
    "trailing comma": b'{"a": 1,}',
    "trailing comma in a list": b'{"a": [1,]}',
    "apostrophes": b"{'a': 1}",
    "comment": b'{} // {"a": 1}',
    "no value": b'{"a":}',
    "not a number": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "leading zero": b'{"a": 01}',
    "number of many digits": b'{"a": ' + b"9" * 5000 + b"}",
    "the same twice": b'{"a": 1, "a": 1}',
    "the same in another case": b'{"dateAgreed": 1, "DateAgreed": 2}',
    "the same twice further down": b'{"a": [{"b": 1, "b": 2}]}',
    "deep lists": b'{"a": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep and open": b"[" * DEEP,
    "a raw NUL": b'{"a": "\0"}',
    "a raw line break": b'{"a": "\n"}',
    "invalid UTF-8": b'{"a": "\xff"}',
    "half a character": b'{"a": "\xc3"}',
    "a bad escape": b'{"a": "\\x00"}',
    "latin-1": '{"a": "é"}'.encode("latin-1"),
    "gzip": gzip.compress(b'{"a": 1}'),
    "a form": b"customerId=1&operation=new-purchase",
    "xml": b"<a/>",
}


@each
def test_what_is_no_json_object_is_refused(route: Route) -> None:
    with untouched():
        for name, body in GARBAGE.items():
            if body or not route.needs_no_body:
                found = route.ask(None, data=body)
                assert (name, refusal(found)) == (name, UNPARSABLE)


JSON = ("application/json; charset=utf-16", "text/json", "application/vnd.assent+json", "", None)
OTHERS = (
    "text/plain",
    "text/plain; charset=latin-1",
    "application/x-www-form-urlencoded",
    "nonsense",
    "application/xml",
)


@each
def test_a_body_is_json_or_refused_by_its_type(route: Route) -> None:
    """Without a type it is read as JSON, and whatever else the type says, it is UTF-8."""
    with untouched():
        for kind in JSON:
            assert (kind, refusal(route.ask(None, data=b'{"a": 1,}', content_type=kind))) == (kind, UNPARSABLE)
        for kind in OTHERS:
            found = route.ask(route.body, content_type=kind)
            assert (kind, refusal(found)) == (kind, (415, 2000, "unsupported-media-type"))


@each
def test_every_member_is_of_its_kind_or_refused(route: Route) -> None:
    with untouched():
        for path, kind in route.members.items():
            for value in WRONG[kind]:
                found = route.ask(route.with_member(path, value))
                assert (path, value, refusal(found)[:2]) == (path, value, (400, 3000))


@each
def test_no_text_is_taken_that_could_not_be_shown_or_kept(route: Route) -> None:
    """NUL and half a pair as escapes, the same half as bytes, what breaks lines, what turns a reader round."""
    mark, half = "a\N{DIGIT ZERO}", b"\xed\xa0\x80"
    with untouched():
        for path in route.texts:
            for bad in ("a\0b", "\ud800", "a\u2028b", "a\u202eb", "x" * 2000):
                found = route.ask(route.with_member(path, bad))
                assert (path, bad, refusal(found)[:2]) == (path, bad, (400, 3000))
            raw = json.dumps(route.with_member(path, mark)).encode().replace(mark.encode(), half)
            assert half in raw
            assert refusal(route.ask(None, data=raw))[0] == 400


@each
def test_text_of_a_megabyte_is_refused_wherever_it_stands(route: Route) -> None:
    with untouched():
        for path in (*route.texts[:2], "unheard-of"):
            found = route.ask(route.with_member(path, "x" * MEGABYTE))
            assert refusal(found) == (413, 2000, "body-too-large")


IDS = [
    "x",
    "0",
    "%00",
    "%FF",
    "..",
    UNKNOWN[:-1],
    UNKNOWN + "0",
    UNKNOWN.replace("-", ""),
    f"{{{UNKNOWN}}}",
    "x" * 5000,
]


@each
def test_an_id_in_the_path_that_is_none_is_not_there(route: Route) -> None:
    own = re.search("[0-9a-f-]{36}", route.where)
    if not own:
        return
    with untouched():
        for id in IDS:
            found = replace(route, where=route.where.replace(own[0], id)).ask(route.body)
            assert (id, found.status_code, (found.json or {})["code"]) == (id, 404, 1000)
            assert (found.json or {})["reason"] == "not-found"
        unknown = replace(route, where=route.where.replace(own[0], UNKNOWN))
        assert refusal(unknown.ask(route.body)) == (404, 1000, "not-found")
