"""Posting: what is sent arrives as it was given, and of an answer is kept what is useful and harmless."""

import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib.metadata import version

import pytest

from app.hooks.answers import patience
from app.hooks.outbound import Poster, Reply
from tests.hooks.wire import OK, Exchange, Server, answer, exchange, posted
from tests.servers import free_port

LATEST = 2.0


# What is sent


def test_a_post_arrives_as_it_was_given() -> None:
    given = {"webhook-id": "msg_1", "Content-Type": "application/json", "Authorization": "Signature abc="}
    reply, server = exchange(OK, headers=given)
    (got,) = server.exchanges
    assert reply.ok
    assert got.head.startswith("POST /hook HTTP/1.1\r\n")
    assert got.body == b'{"a": 1}'
    assert {name: got.header(name) for name in given} == {name: [value] for name, value in given.items()}
    assert got.header("User-Agent") == [f"Assent/{version('assent')}"]
    assert got.header("Accept-Encoding") == ["identity"]
    assert got.header("Host") == [f"127.0.0.1:{server.port}"]


def test_posts_one_after_another_share_a_connection_and_no_cookie() -> None:
    async def three(poster: Poster, server: Server) -> Reply:
        for _ in range(2):
            await poster.post(server.url(), b"{}", {})
        return await poster.post(server.url(), b"{}", {})

    reply, server = exchange(answer("200 OK", "Set-Cookie: a=b; Path=/", body="thanks"), work=three)
    assert reply.answer == "thanks"
    assert (server.connections, len(server.exchanges)) == (1, 3)
    assert [got.header("Cookie") for got in server.exchanges] == [[], [], []]


def test_no_proxy_of_the_environment_comes_between(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    reply, server = exchange(OK)
    assert reply.ok
    assert server.exchanges[0].head.startswith("POST /hook ")


# What is answered


@pytest.mark.parametrize(
    ("status", "ok"),
    [
        ("200 OK", True),
        ("202 Accepted", True),
        ("204 No Content", True),
        ("299", True),
        ("301 Moved", False),
        ("304 Not Modified", False),
        ("400 Bad Request", False),
        ("410 Gone", False),
        ("429 Too Many", False),
        ("500 Oh", False),
        ("502 Bad Gateway", False),
    ],
)
def test_the_status_says_whether_it_went_well(status: str, ok: bool) -> None:
    reply = posted(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n")
    assert (reply.status, reply.ok, reply.error, reply.unreachable) == (int(status[:3]), ok, None, False)
    assert reply.ms < LATEST * 1000


def test_a_redirect_is_an_answer_like_others() -> None:
    async def script(request: Exchange) -> None:
        port = request.writer.get_extra_info("sockname")[1]
        await request.say(answer("307 Elsewhere", f"Location: http://127.0.0.1:{port}/other", body="there").encode())

    reply, server = exchange(script)
    assert (reply.status, reply.answer, reply.ok) == (307, "there", False)
    assert len(server.exchanges) == 1


@pytest.mark.parametrize("body", ["chunked", "until it closes"])
def test_an_answer_without_a_length_is_read_too(body: str) -> None:
    async def script(request: Exchange) -> None:
        if body == "chunked":
            await request.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n")
        else:
            await request.say(b"HTTP/1.1 200 OK\r\n\r\nfine")
            request.writer.close()

    reply = posted(script)
    assert (reply.status, reply.answer, reply.error) == (200, "fine", None)


def test_of_an_answer_a_thousand_harmless_characters_are_kept() -> None:
    reply = posted(answer("500 Oh", body="a\x00b\x1b[31m\u202ec\r\n\td" + "ö" * 2000))
    assert reply.answer.startswith("a\ufffdb\ufffd[31m\ufffdc\n\tdö")
    assert len(reply.answer) == 1000
    assert reply.error is None


def test_an_answer_in_any_bytes_is_kept_as_text() -> None:
    reply = posted(b"HTTP/1.1 500 \xff\r\nContent-Length: 4\r\nX-Odd: \xfe\r\n\r\n\xff\xfe\x00a")
    assert (reply.status, reply.answer) == (500, "\ufffd\ufffd\ufffda")


def test_no_answer_is_too_large_to_be_left_unread() -> None:
    sent = 0

    async def script(request: Exchange) -> None:
        nonlocal sent
        await request.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            await request.say(b"a" * 65536)
            sent += 65536

    reply = posted(script)
    assert (reply.status, reply.ok, reply.error) == (200, True, "too-large-answer")
    assert reply.answer == "a" * 1000
    assert sent < 64 * 1024 * 1024
    assert reply.ms < LATEST * 1000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "nonsense"])
def test_what_was_packed_is_not_unpacked(encoding: str) -> None:
    bomb = gzip.compress(bytes(50_000_000), 9) if encoding == "gzip" else b"\x00packed"
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(bomb)}\r\n\r\n"
    reply = posted(head.encode() + bomb)
    assert (reply.status, reply.error) == (200, None)
    assert len(reply.answer) <= 1000


# How long to wait


@pytest.mark.parametrize(("given", "seconds"), [("120", 120), ("0", 0), ("86400", 86400)])
def test_the_wait_asked_for_is_read(given: str, seconds: float) -> None:
    assert posted(answer("429 Too Many", f"Retry-After: {given}")).retry_after == seconds


def test_the_wait_asked_for_may_be_a_date() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
    seconds = posted(answer("503 Later", f"Retry-After: {until}")).retry_after
    assert seconds is not None
    assert 290 < seconds <= 300


def test_a_wait_that_makes_no_sense_is_none() -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for odd in ("", "-1", "86401", "9999999999999", "1e3", "soon", "١٢", "Mon, 99 Foo 2026 12:00:00 GMT"):
        assert patience(odd, now) is None
    assert patience("Sun, 01 Mar 2026 12:00:30 GMT", now) == 30
    assert patience("Sun, 01 Mar 2026 12:00:30", now) == 30
    assert patience("Sun, 01 Mar 2026 11:59:59 GMT", now) is None
    assert patience("Mon, 02 Mar 2026 12:00:01 GMT", now) is None
    assert patience("Fri, 31 Dec 9999 23:59:59 -2359", now) is None
    for huge in ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "Sun, 01 Mar 2026 12:00:30 +99999999999999"):
        assert patience(huge, now) is None
    assert patience(None, now) is None
