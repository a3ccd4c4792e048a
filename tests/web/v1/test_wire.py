"""The API as it is served: a real `assent web`, and bytes on sockets as clients of all kinds send them."""

import gzip
import http.client
import io
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import stream_encode_multipart

from app import create_app, schema
from app.config import load
from app.core.vocabulary import PartnerType
from app.db import db
from tests.channel import company, customer
from tests.servers import Assent, free_port
from tests.web.v1.programs import account, confirmation, token

GATE = b"POST /v1/eligibility HTTP/1.1\r\nHost: localhost\r\n"
SOON = 10
LARGEST_TRIED = 100_000


@dataclass(frozen=True)
class Wire:
    port: int
    token: str
    customer: str

    @property
    def mine(self) -> bytes:
        return f"Authorization: Bearer {self.token}\r\n".encode()

    def say(self, *parts: bytes) -> tuple[int, dict[str, object]]:
        """Send the bytes, each part when something was answered to the one before; status and JSON of the end."""
        with socket.create_connection(("127.0.0.1", self.port), SOON) as line:
            for part in parts[:-1]:
                line.sendall(part)
                assert line.recv(100).startswith(b"HTTP/1.1 100 Continue\r\n")
            line.sendall(parts[-1])
            answer = http.client.HTTPResponse(line)
            answer.begin()
            return answer.status, json.loads(answer.read())


def inhabit(instance: Path) -> tuple[str, str]:
    """A database with somebody in it; answers a token and a customer."""
    app = create_app(load({"ASSENT_INSTANCE": str(instance)}))
    with app.app_context():
        schema.upgrade(db.engine)
        partner = company("Fabrikam", PartnerType.DIRECT_BILL)
        found = token(account(partner)), str(customer(partner).machine.customer_id)
        db.session.remove()
        db.engine.dispose()
    return found


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    assent, port = Assent(tmp_path_factory.mktemp("wire") / "instance"), free_port()
    assent.instance.mkdir()
    secret, tenant = inhabit(assent.instance)
    try:
        process = assent.start("web", "--bind", f"127.0.0.1:{port}")
        assert process.stdout
        assert process.stdout.readline() == f"ready http://127.0.0.1:{port}\n"
        yield Wire(port, secret, tenant)
    finally:
        assent.stop()
    log = (assent.instance.parent / "instance-web.log").read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert secret not in log


UNPARSABLE = (400, "unparsable-body")


def said(answer: tuple[int, dict[str, object]]) -> tuple[int, object]:
    return answer[0], answer[1].get("reason")


def test_a_post_without_a_body_is_answered(wire: Wire) -> None:
    assert said(wire.say(GATE + wire.mine + b"\r\n")) == UNPARSABLE
    assert said(wire.say(GATE + wire.mine + b"Content-Length: 0\r\n\r\n")) == UNPARSABLE
    assert said(wire.say(GATE + b"\r\n")) == (401, "not-signed-in")


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(wire: Wire) -> None:
    body = json.dumps({"customerId": wire.customer, "operation": "new-purchase"}).encode()
    head = GATE + wire.mine + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
    status, answer = wire.say(head, body)
    assert (status, answer["decision"]) == (200, "deny")


def test_a_client_that_asks_before_it_sends_hears_a_no_at_once(wire: Wire) -> None:
    ask = b"Expect: 100-continue\r\nContent-Length: 200000000\r\n\r\n"
    assert said(wire.say(GATE + ask)) == (401, "not-signed-in")
    assert said(wire.say(GATE + wire.mine + ask)) == (413, "body-too-large")


def test_a_body_in_pieces_is_put_together_and_one_without_end_is_cut(wire: Wire) -> None:
    head = GATE + wire.mine + b"Transfer-Encoding: chunked\r\n\r\n"
    body = json.dumps({"customerId": wire.customer, "operation": "renewal"}).encode()
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (body[:7], body[7:])) + b"0\r\n\r\n"
    assert wire.say(head + pieces)[1]["decision"] == "deny"
    megabyte = b"%x\r\n%s\r\n0\r\n\r\n" % (1_000_000, b'{"a": "' + b"x" * 999_991 + b'"}')
    assert wire.say(head + megabyte)[0] in (400, 413)


def test_lengths_that_are_none_or_too_much_are_refused(wire: Wire) -> None:
    assert said(wire.say(GATE + wire.mine + b"Content-Length: 2147483648\r\n\r\n{")) == (413, "body-too-large")
    for length in (b"-1", b"abc", b"1e3"):
        with socket.create_connection(("127.0.0.1", wire.port), SOON) as line:
            line.sendall(GATE + wire.mine + b"Content-Length: " + length + b"\r\n\r\n{}")
            assert line.recv(100).startswith(b"HTTP/1.1 400 ")


def test_what_is_packed_is_not_unpacked(wire: Wire) -> None:
    """A hundred megabytes in a hundred kilobytes: they stay packed, and are no JSON."""
    packed = gzip.compress(b"[" * 100_000_000, 1)[:LARGEST_TRIED]
    for kind in (b"gzip", b"deflate", b"br", b"nonsense"):
        head = b"Content-Encoding: " + kind + b"\r\nContent-Length: %d\r\n\r\n" % len(packed)
        assert said(wire.say(GATE + wire.mine + head + packed)) == UNPARSABLE


def test_bytes_that_are_no_text_are_answered(wire: Wire) -> None:
    assert said(wire.say(GATE + b"Authorization: Bearer \xff\xfe\r\n\r\n")) == (401, "not-signed-in")
    path = b"POST /v1/customers/%ff%00/agreements HTTP/1.1\r\nHost: localhost\r\n" + wire.mine + b"\r\n"
    assert said(wire.say(path)) == (404, "not-found")
    query = b"GET /v1/attestationdrafts?status=%ff%00 HTTP/1.1\r\nHost: localhost\r\n" + wire.mine + b"\r\n"
    assert said(wire.say(query)) == (400, "invalid-value")


def test_one_connection_serves_many_requests_whatever_was_refused_on_it(wire: Wire) -> None:
    line = http.client.HTTPConnection("127.0.0.1", wire.port, SOON)
    headers = {"Authorization": f"Bearer {wire.token}", "Content-Type": "application/json"}
    asked = json.dumps({"customerId": wire.customer, "operation": "auto-renewal"})
    for body, status in ((asked, 200), ("{", 400), (asked, 200), ("null", 400), (asked, 200)):
        line.request("POST", "/v1/eligibility", body, headers)
        answer = line.getresponse()
        assert (answer.status, bool(json.loads(answer.read()))) == (status, True)
    line.close()


def test_a_draft_with_files_goes_over_the_wire_and_a_form_of_many_parts_does_not(wire: Wire) -> None:
    draft = json.dumps(confirmation(onBehalfOf="Ana Lind <ana@fabrikam.example>"))
    for number, size, expected in ((60, 1, 413), (2, 700_000, 201)):
        content = b"x" * size
        files = [FileStorage(io.BytesIO(content), f"{n}.pdf", content_type="application/pdf") for n in range(number)]
        stream, length, boundary = stream_encode_multipart(MultiDict({"draft": draft, "files": files}), False)
        head = (
            f"POST /v1/customers/{wire.customer}/attestationdrafts HTTP/1.1\r\nHost: localhost\r\n".encode() + wire.mine
        )
        head += f"Content-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {length}\r\n\r\n".encode()
        assert wire.say(head + stream.read())[0] == expected
