"""Posting when things go wrong: whatever the other side does, there is a Reply in good time."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from app.hooks.connecting import THREADS
from app.hooks.guard import Guard
from app.hooks.outbound import Poster, Reply
from tests.hooks.wire import LOOPBACK, OK, Exchange, Script, Server, certified, exchange, posted, posting, says, serving
from tests.servers import free_port

SOON = 0.3


async def silence(request: Exchange) -> None:
    await asyncio.Event().wait()


def trickling(*start: bytes) -> Script:
    async def script(request: Exchange) -> None:
        for part in start:
            await request.say(part)
        while True:
            await request.say(b"a")
            await asyncio.sleep(0.02)

    return script


def test_who_does_not_listen_is_out_of_reach() -> None:
    async def work(poster: Poster, server: Server) -> Reply:
        nobody = f"http://127.0.0.1:{free_port()}/"
        assert not await poster.knock(nobody)
        assert await poster.knock(server.url())
        return await poster.post(nobody, b"{}", {})

    reply = exchange(OK, work=work)[0]
    assert (reply.status, reply.ok, reply.error, reply.unreachable, reply.answer) == (None, False, "refused", True, "")


@pytest.mark.parametrize(
    ("script", "status", "ok"),
    [
        (silence, None, False),
        (trickling(), None, False),
        (trickling(b"HTTP/1.1 200 OK\r\n"), None, False),
        (trickling(b"HTTP/1.1 200 OK\r\nX: "), None, False),
        (trickling(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"), 200, True),
        (trickling(b"HTTP/1.1 500 Oh\r\n\r\n"), 500, False),
    ],
)
def test_no_answer_takes_longer_than_the_timeout(script: Script, status: int | None, ok: bool) -> None:
    reply = posted(script, SOON)
    assert (reply.status, reply.ok, reply.unreachable) == (status, ok, False)
    assert reply.error in ("timeout", "garbled")
    assert (reply.error == "timeout") is (reply.ms >= SOON * 1000 - 10)
    assert reply.ms < SOON * 2000


def test_a_name_that_takes_too_long_to_look_up_is_given_up() -> None:
    def slow(host: str) -> list[str]:
        time.sleep(SOON * 2)
        return ["127.0.0.1"]

    async def work() -> Reply:
        async with posting(SOON / 2, Guard(LOOPBACK, slow)) as poster:
            return await poster.post("http://slow.example:1/", b"{}", {})

    reply = asyncio.run(work())
    assert (reply.error, reply.unreachable) == ("timeout", True)
    assert reply.ms < SOON * 2000


def test_names_that_are_slow_to_look_up_for_a_knock_keep_no_post_waiting() -> None:
    known = threading.Event()

    def lookup(host: str) -> list[str]:
        if host == "slow.example":
            known.wait()
        return ["127.0.0.1"]

    async def work() -> Reply:
        async with serving(says(OK)) as server, posting(SOON * 3, Guard(LOOPBACK, lookup)) as poster:
            knocks = [asyncio.create_task(poster.knock("http://slow.example:1/")) for _ in range(THREADS)]
            await asyncio.sleep(0)
            try:
                return await poster.post(server.url("localhost"), b"{}", {})
            finally:
                known.set()
                await asyncio.gather(*knocks)

    assert asyncio.run(work()).ok


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"", "closed"),
        (b"HTTP/1.1 200", "closed"),
        (b"HTTP/1.1 200 OK\r\nContent-", "closed"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "garbled"),
        (b"\x16\x03\x01\x00\xff" * 9, "garbled"),
        (b"HTTP/1.1 twohundred OK\r\n\r\n", "garbled"),
        (b"HTTP/9.9 200 OK\r\n\r\n", "garbled"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "garbled"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "garbled"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", "garbled"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000 + b"\r\n", "garbled"),
    ],
)
def test_what_is_no_answer_is_said_to_be_none(said: bytes, error: str) -> None:
    async def script(request: Exchange) -> None:
        await request.say(said)
        request.writer.close()

    reply, server = exchange(script)
    assert (reply.status, reply.ok, reply.unreachable) == (None, False, False)
    assert reply.error == error
    assert len(server.exchanges) == 1, "a fresh connection is not tried again"


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
    ],
)
def test_who_says_yes_and_breaks_off_has_said_yes(said: bytes) -> None:
    async def script(request: Exchange) -> None:
        await request.say(said)
        request.writer.close()

    reply = posted(script)
    assert (reply.status, reply.ok, reply.error) == (200, True, "garbled")


def test_a_reset_is_a_close() -> None:
    async def script(request: Exchange) -> None:
        request.writer.transport.abort()

    assert posted(script).error == "closed"


# Connections that were kept


def falling_silent(leaving: Callable[[Exchange], Awaitable[None]]) -> Script:
    """The first request of a connection is answered, the second one is not."""
    answered: set[asyncio.StreamWriter] = set()

    async def script(request: Exchange) -> None:
        if request.writer in answered:
            await leaving(request)
        else:
            answered.add(request.writer)
            await request.say(OK.encode())

    return script


async def twice(poster: Poster, server: Server) -> Reply:
    assert (await poster.post(server.url(), b"1", {})).ok
    return await poster.post(server.url(), b"2", {})


@pytest.mark.parametrize("way", ["close", "abort"])
def test_a_kept_connection_that_is_closed_just_then_is_replaced_once(way: str) -> None:
    async def leave(request: Exchange) -> None:
        request.writer.close() if way == "close" else request.writer.transport.abort()

    reply, server = exchange(falling_silent(leave), work=twice)
    assert reply.ok
    assert [got.body for got in server.exchanges] == [b"1", b"2", b"2"]
    assert server.connections == 2


def test_who_began_to_answer_is_not_asked_again() -> None:
    async def leave(request: Exchange) -> None:
        await request.say(b"HTTP/1.1 200 OK\r\nX: ")
        request.writer.close()

    reply, server = exchange(falling_silent(leave), work=twice)
    assert (reply.status, reply.error) == (None, "closed")
    assert [got.body for got in server.exchanges] == [b"1", b"2"]


def test_both_tries_together_take_no_longer_than_one() -> None:
    async def leave(request: Exchange) -> None:
        await asyncio.sleep(SOON * 0.7)
        request.writer.close()

    async def script(request: Exchange) -> None:
        await (silence(request) if request.number == 3 else kept(request))

    kept = falling_silent(leave)
    reply, server = exchange(script, SOON, work=twice)
    assert (reply.error, len(server.exchanges)) == ("timeout", 3)
    assert SOON * 900 <= reply.ms < SOON * 1500


# TLS


def over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, trusted: bool) -> Reply:
    """To hooks.contoso.example at a server whose certificate is for `name`."""
    context, roots = certified(tmp_path, name)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(roots))
    guard = Guard(LOOPBACK, lambda host: ["127.0.0.1"])

    async def work() -> Reply:
        async with serving(says(OK), context) as server, posting(5, guard) as poster:
            return await poster.post(server.url("hooks.contoso.example", "https"), b"{}", {})

    return asyncio.run(work())


def test_a_certificate_that_the_system_trusts_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert over_tls(tmp_path, monkeypatch, "hooks.contoso.example", trusted=True).ok


@pytest.mark.parametrize(("name", "trusted"), [("other.example", True), ("hooks.contoso.example", False)])
def test_a_certificate_for_another_name_or_from_nobody_will_not(
    name: str, trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = over_tls(tmp_path, monkeypatch, name, trusted)
    assert (reply.status, reply.error, reply.unreachable) == (None, "tls", False)


def test_a_server_without_tls_is_not_spoken_to_in_the_clear() -> None:
    async def work(poster: Poster, server: Server) -> Reply:
        return await poster.post(server.url(scheme="https"), b"secret", {})

    async def never(request: Exchange) -> None:
        raise AssertionError(request)

    reply, server = exchange(never, SOON, work=work)
    assert (reply.status, reply.error) == (None, "timeout")
    assert server.exchanges == []
