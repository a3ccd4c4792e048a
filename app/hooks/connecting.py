"""The HTTP client's connections: each goes to an address that was vetted, or nowhere."""

import asyncio
import ipaddress
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from weakref import WeakSet

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from app.hooks.guard import Guard

THREADS = 32
NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV

_reused: ContextVar[bool | None] = ContextVar("reused", default=None)


def reused() -> bool | None:
    """Had the connection of this task's last request carried another before it? None if there was no connection."""
    return _reused.get()


class Connector(aiohttp.TCPConnector):
    """Without a limit: whoever posts decides how much at a time. `lasting`: connections are kept for the next."""

    def __init__(self, guard: Guard, plain: bool, threads: ThreadPoolExecutor, lasting: bool) -> None:
        super().__init__(
            resolver=Resolver(guard, plain, threads),
            use_dns_cache=False,
            force_close=not lasting,
            limit=0,
            ssl=True if plain else _verifying(),
        )
        self._known: WeakSet[ResponseHandler] = WeakSet()

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        _reused.set(None)
        connection = await super().connect(req, traces, timeout)
        protocol = connection.protocol
        known = protocol in self._known
        if protocol is not None and not known:
            self._known.add(protocol)
        _reused.set(known)
        return connection


class Resolver(AbstractResolver):
    """Asks once for each connection, so that what was vetted and what is connected to are the same."""

    def __init__(self, guard: Guard, plain: bool, threads: ThreadPoolExecutor) -> None:
        self._guard = guard
        self._plain = plain
        self._threads = threads

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises Unsafe, which the client lets through. In threads of its own: names may take long."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, self._guard.addresses, host, self._plain)
        return [_result(host, address, port) for address in found]

    async def close(self) -> None:
        """The threads belong to whoever gave them."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET if ipaddress.ip_address(address).version == 4 else socket.AF_INET6
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=NUMERIC)


def _verifying() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
