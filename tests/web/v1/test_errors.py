"""What a program sees when something was refused or went wrong: one shape, one word, nothing of our insides."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue

from app import create_app
from app.config import Config, load
from app.core.refusals import Reason, Refused
from app.db import db
from app.errors import ANSWERS, on_refused
from tests.servers import free_port
from tests.web.test_security import HEADERS
from tests.web.v1.conftest import Desk
from tests.web.v1.programs import MARIA, UNKNOWN, Program, of, refusal

LIST, GATE = "/v1/attestationdrafts", "/v1/eligibility"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def crash() -> ResponseReturnValue:
    raise RuntimeError(f"a fault of ours about {MARIA['email']}")


def go_wrong(status: int) -> ResponseReturnValue:
    abort(status)


@pytest.fixture
def crashing(built: Flask, config: Config) -> Iterator[FlaskClient]:
    """A client of the application with routes more that fail, each in its way."""
    app = create_app(config)
    app.add_url_rule("/v1/crash", view_func=crash)
    app.add_url_rule("/v1/go-wrong/<int:status>", view_func=go_wrong)
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


# One shape for all


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({}, "There is nothing at this address."),
        ({"Accept-Language": "fi, sv-FI;q=0.8"}, "Det finns inget på den här adressen."),
        ({"Accept-Language": "sv", "X-Locale": "zh-CN"}, "此地址没有内容。"),
        ({"X-Locale": "xx\u00e5"}, "There is nothing at this address."),
    ],
)
def test_what_to_do_is_said_in_the_callers_language(client: FlaskClient, headers: dict[str, str], says: str) -> None:
    found = client.get("/v1/nowhere", headers=headers).get_json()
    assert (found["description"], found["reason"]) == (says, "not-found")


@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_is_told_in_the_one_shape_by_its_word(app: Flask, reason: Reason) -> None:
    with app.test_request_context("/v1/nowhere"):
        found = app.make_response(on_refused(Refused(reason)))
    row, body = ANSWERS[reason], found.get_json()
    assert (found.status_code, body["status"]) == (row.status, row.status)
    assert (body["code"], body["reason"], body["type"]) == (row.code, reason, f"urn:assent:problem:{reason}")
    assert (body["data"], body["source"], body["instance"]) == ([], "Assent", "/v1/nowhere")
    assert 0 < len(body["description"]) <= 1024
    assert "{" not in body["description"]
    assert "next" not in body


def test_on_a_route_of_the_vendors_the_body_is_plain_json_and_elsewhere_a_problem(desk: Desk) -> None:
    case = desk.customer()
    kinds = {what: desk.program.post(of(case, what), {}).content_type for what in ("agreements", "orders")}
    kinds |= {what: desk.program.post(of(case, what), {}).content_type for what in ("invitations", "attestationdrafts")}
    assert kinds == dict.fromkeys(("agreements", "orders"), "application/json") | dict.fromkeys(
        ("invitations", "attestationdrafts"), "application/problem+json"
    )


def test_every_answer_carries_the_headers_and_no_cookie(desk: Desk) -> None:
    case = desk.customer()
    answers = [desk.program.send("GET", of(case, "acceptance")), desk.program.post(GATE, {})]
    answers += [Program(desk.app).send("GET", LIST), desk.program.send("PUT", LIST), desk.program.send("GET", "/v1/x")]
    assert [answer.status_code for answer in answers] == [200, 400, 401, 405, 404]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers


# Where no rule refused but the request went wrong


@pytest.mark.parametrize(
    "where", ["/v1/", "/v1/nowhere", f"/v1/customers/{UNKNOWN}/nowhere", "/v1/customers/7", "/v1/%00%FF"]
)
def test_an_address_where_nothing_is(desk: Desk, where: str) -> None:
    for who in (desk.program, Program(desk.app)):
        for method in METHODS:
            found = who.send(method, where)
            # Of the vendor's routes also where only the id is none.
            kind = "application/json" if where == "/v1/customers/7" else "application/problem+json"
            assert (found.status_code, found.mimetype) == (404, kind)
            assert ((found.json or {})["code"], (found.json or {})["reason"]) == (1000, "not-found")


def test_a_page_that_is_not_there_is_a_page(app: Flask) -> None:
    found = Program(app).send("GET", "/v2/nowhere")
    assert (found.status_code, found.mimetype) == (404, "text/html")


def test_a_method_that_an_address_does_not_take(desk: Desk) -> None:
    case = desk.customer()
    takes = {of(case, "acceptance"): ["GET"], LIST: ["GET"], GATE: ["POST"], of(case, "agreements"): ["GET", "POST"]}
    takes |= {of(case, what): ["POST"] for what in ("orders", "attestationdrafts")}
    for where, taken in takes.items():
        for method in set(METHODS) - {*taken}:
            found = desk.program.send(method, where)
            assert (where, method, found.status_code) == (where, method, 405)
            assert (found.json or {})["reason"] == "method-not-allowed"


WORDS = {400: "bad-request", 404: "not-found", 413: "body-too-large", 415: "unsupported-media-type", 503: "unavailable"}


def test_whatever_goes_wrong_has_a_word_too(crashing: FlaskClient) -> None:
    found = {status: refusal(crashing.get(f"/v1/go-wrong/{status}")) for status in WORDS}
    assert {status: (code, word) for status, (code, _, word) in found.items()} == {s: (s, w) for s, w in WORDS.items()}
    assert refusal(crashing.get("/v1/crash")) == (500, 2000, "fault")
    assert refusal(crashing.get("/v1/go-wrong/418")) == (418, 2000, "bad-request")
    assert refusal(crashing.get("/v1/go-wrong/502")) == (502, 2000, "fault")


def test_a_fault_of_ours_shows_nothing_of_it(crashing: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        found = crashing.get("/v1/crash?of=Maria", headers={"Authorization": "Bearer asn_secret"})
    assert "RuntimeError" not in found.text
    assert MARIA["email"] not in found.text
    assert "nothing was changed" in (found.json or {})["description"]
    assert "request failed in crash" in caplog.text
    assert "asn_secret" not in caplog.text


def test_without_its_database_the_api_says_so_and_when_to_come_again(tmp_path: Path) -> None:
    address = f"postgresql+psycopg://assent@127.0.0.1:{free_port()}/assent"
    app = create_app(load({"ASSENT_INSTANCE": str(tmp_path), "ASSENT_DATABASE_URL": address}))
    found = app.test_client().post(GATE, json={}, headers={"Authorization": "Bearer asn_x"})
    assert refusal(found) == (503, 2000, "unavailable")
    assert "127.0.0.1" not in found.text


def test_a_browser_on_another_site_cannot_post_with_somebodys_token(desk: Desk) -> None:
    found = desk.program.post(GATE, {}, headers={"Sec-Fetch-Site": "cross-site"})
    assert refusal(found) == (400, 2000, "bad-request")


def test_a_head_request_is_answered_without_a_body(desk: Desk) -> None:
    for where, status in ((LIST, 200), (of(desk.customer(), "acceptance"), 200), ("/v1/nowhere", 404)):
        found = desk.program.send("HEAD", where)
        assert (found.status_code, found.data) == (status, b"")
