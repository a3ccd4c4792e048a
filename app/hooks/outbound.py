"""Posting to addresses that others chose: whatever answers there, what comes back is a Reply in good time."""

import asyncio
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from time import perf_counter

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from app.hooks.answers import beginning, patience, words
from app.hooks.connecting import THREADS, Connector, reused
from app.hooks.guard import Guard, Target, Unsafe, Why

KNOCK, KNOCKING = 3.0, 4  # seconds; threads
FAILURES = (aiohttp.ClientError, HttpProcessingError, Unsafe, OSError, EOFError, ValueError)


@dataclass(frozen=True)
class Reply:
    """What became of one attempt. `error` may stand beside a status: the rest of that answer was no good.

    `unreachable`: no connection came about, so that it is worth knocking before the next attempt.
    """

    status: int | None
    answer: str
    error: str | None
    ms: int
    retry_after: float | None
    unreachable: bool

    @property
    def ok(self) -> bool:
        """The status alone decides: who says 2xx has taken it, however the rest of the answer goes."""
        return self.status is not None and 200 <= self.status < 300


class Poster:
    """Connections are kept for the next post to the same place; nothing else is."""

    def __init__(self, guard: Guard, timeout: float = 15.0) -> None:
        self._guard = guard
        self._timeout = timeout
        self._sessions: dict[tuple[bool, bool], aiohttp.ClientSession] = {}
        self._threads = ThreadPoolExecutor(THREADS, "names")
        # Apart, for names that are known to fail must keep no post waiting.
        self._knocking = ThreadPoolExecutor(KNOCKING, "knocks")

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """One attempt, which ends within the timeout; redirects are answers like others."""
        begun = perf_counter()
        try:
            target = self._guard.target(url)
            answer = await self._answer(target, body, headers)
        except FAILURES as error:
            return _unanswered(error, begun)
        content, flaw = b"", None
        try:
            content, more = await beginning(answer)
            flaw = "too-large-answer" if more else None
        except FAILURES as error:
            flaw = failure(error)[0]
        finally:
            answer.close()
        retry_after = patience(answer.headers.get("Retry-After"))
        return Reply(answer.status, words(content), flaw, _since(begun), retry_after, unreachable=False)

    async def knock(self, url: str) -> bool:
        """Does anybody listen there? Nothing is sent, not even a greeting for TLS."""
        try:
            async with asyncio.timeout(KNOCK):
                return await self._connects(self._guard.target(url))
        except (Unsafe, OSError):
            return False

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()
        for threads in (self._threads, self._knocking):
            threads.shutdown(wait=False, cancel_futures=True)

    async def _answer(self, target: Target, body: bytes, headers: Mapping[str, str]) -> aiohttp.ClientResponse:
        """A connection that was kept may have been given up at the other end just now: then once more, on a new one."""
        begun = perf_counter()
        try:
            return await self._session(target.plain).post(target.url, data=body, headers=headers, allow_redirects=False)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            if not reused() or not _silent(error):
                raise
        left = exactly(max(self._timeout - (perf_counter() - begun), 0.001))
        once = self._session(target.plain, lasting=False)
        return await once.post(target.url, data=body, headers=headers, allow_redirects=False, timeout=left)

    def _session(self, plain: bool, lasting: bool = True) -> aiohttp.ClientSession:
        found = self._sessions.get((plain, lasting))
        if found is None:
            found = self._sessions[plain, lasting] = aiohttp.ClientSession(
                connector=Connector(self._guard, plain, self._threads, lasting),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": f"Assent/{version('assent')}", "Accept-Encoding": "identity"},
                timeout=exactly(self._timeout),
                auto_decompress=False,
            )
        return found

    async def _connects(self, target: Target) -> bool:
        for address in await self._addresses(target):
            try:
                _, writer = await asyncio.open_connection(address, target.port)
            except OSError:
                continue
            writer.transport.abort()
            return True
        return False

    async def _addresses(self, target: Target) -> list[str]:
        if target.literal is not None:
            return [str(target.literal)]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._knocking, self._guard.addresses, target.host, target.plain)


def exactly(seconds: float) -> aiohttp.ClientTimeout:
    """From beginning to end, connecting included; left to itself the client would round up."""
    return aiohttp.ClientTimeout(total=seconds, ceil_threshold=seconds + 1)


def failure(error: Exception) -> tuple[str, bool]:
    """A word for what went wrong, and whether no connection came about."""
    match error:
        case Unsafe():
            return ("dns", True) if error.why is Why.UNRESOLVABLE else ("unsafe-address", False)
        case TimeoutError():
            return "timeout", reused() is None
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return "tls", False
        case aiohttp.ClientConnectorError():
            return _unconnected(error.os_error)
        case aiohttp.ServerDisconnectedError() | OSError():
            return "closed", False
    return "garbled", False


def _unconnected(error: OSError) -> tuple[str, bool]:
    if isinstance(error, ConnectionRefusedError):
        return "refused", True
    if isinstance(error, ConnectionResetError):  # while TLS was being agreed on
        return "closed", False
    return "unreachable", True


def _silent(error: aiohttp.ClientError) -> bool:
    """True if not even the beginning of an answer came."""
    return not isinstance(error, aiohttp.ServerDisconnectedError) or isinstance(error.message, str)


def _unanswered(error: Exception, begun: float) -> Reply:
    word, unreachable = failure(error)
    return Reply(None, "", word, _since(begun), None, unreachable)


def _since(begun: float) -> int:
    return round((perf_counter() - begun) * 1000)
