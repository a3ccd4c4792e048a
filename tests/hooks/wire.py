"""Loopback for tests of webhooks: a server that says what a test scripts, and listeners that notice who knocks."""

import asyncio
import datetime
import ipaddress
import select
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.hooks.guard import Guard, Unsafe, Why
from app.hooks.outbound import Poster, Reply

LOOPBACK = ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1")
PUBLIC, ALSO_PUBLIC = "93.184.216.34", "2606:2800:220:1::1"
OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Exchange:
    """One request as it came in, and the way to answer it."""

    head: str
    body: bytes
    number: int
    writer: asyncio.StreamWriter

    def header(self, name: str) -> list[str]:
        lines = (line.partition(": ") for line in self.head.split("\r\n")[1:])
        return [value for key, _, value in lines if key.lower() == name.lower()]

    async def say(self, text: bytes) -> None:
        self.writer.write(text)
        await self.writer.drain()


Script = Callable[[Exchange], Awaitable[None]]


def says(text: str | bytes) -> Script:
    """The same to everybody, over connections that stay open."""
    content = text.encode() if isinstance(text, str) else text
    return lambda exchange: exchange.say(content)


@dataclass
class Server:
    port: int
    exchanges: list[Exchange] = field(default_factory=list)
    connections: int = 0

    def url(self, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}/hook"


@asynccontextmanager
async def serving(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Requests of any number of connections, one script for all of them; what it raises closes the connection."""
    server = Server(0)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()[:-4]
                length = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
                body = await reader.readexactly(length)
                server.exchanges.append(Exchange(head, body, len(server.exchanges) + 1, writer))
                await script(server.exchanges[-1])
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort() if writer.is_closing() else writer.close()

    at_work = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    server.port = at_work.sockets[0].getsockname()[1]
    async with at_work:
        yield server


@asynccontextmanager
async def posting(timeout: float = 5, guard: Guard | None = None) -> AsyncIterator[Poster]:
    poster = Poster(guard or Guard(LOOPBACK), timeout)
    try:
        yield poster
    finally:
        await poster.close()


@dataclass
class Listeners:
    """Sockets at every address of this machine, IPv4 and IPv6, that nobody is to connect to."""

    port: int
    sockets: tuple[socket.socket, ...]

    @property
    def knocked(self) -> list[int]:
        """The families that somebody waits at: the kernel makes connections whether they are taken or not."""
        return sorted(one.family for one in select.select(self.sockets, [], [], 0)[0])


@contextmanager
def listening() -> Iterator[Listeners]:
    with socket.socket() as four, socket.socket(socket.AF_INET6) as six:
        six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        four.bind(("0.0.0.0", 0))
        port = four.getsockname()[1]
        six.bind(("::", port))
        four.listen()
        six.listen()
        yield Listeners(port, (four, six))


def certified(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server's certificate for a name, and the file whoever is to trust it reads."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    day = datetime.timedelta(days=1)
    serial = x509.random_serial_number()
    made = x509.CertificateBuilder(subject, subject, key.public_key(), serial, now - day, now + day)
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    trusted, private = folder / f"{name}.pem", folder / f"{name}.key"
    trusted.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(trusted, private)
    return context, trusted


def answer(status: str, *headers: str, body: str = "") -> str:
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", *headers, "", body])


def exchange(
    script: Script | str | bytes,
    timeout: float = 5,
    headers: Mapping[str, str] | None = None,
    work: Callable[[Poster, Server], Awaitable[Reply]] | None = None,
) -> tuple[Reply, Server]:
    """One post (or what the test does instead) to a server that follows the script."""

    async def run() -> tuple[Reply, Server]:
        async with serving(script if callable(script) else says(script)) as server, posting(timeout) as poster:
            post = work(poster, server) if work else poster.post(server.url(), b'{"a": 1}', headers or {})
            return await post, server

    return asyncio.run(run())


def posted(script: Script | str | bytes, timeout: float = 5) -> Reply:
    return exchange(script, timeout)[0]


def leads_to(*addresses: str) -> Guard:
    return Guard(lookup=lambda host: addresses)


def called(url: str, guard: Guard) -> Reply:
    """Posts and knocks, as the worker would; at loopback both take no time."""

    async def call() -> Reply:
        async with posting(0.5, guard) as poster:
            assert not await poster.knock(url)
            return await poster.post(url, b"{}", {})

    return asyncio.run(call())


def refusal(url: str, guard: Guard) -> Why:
    with pytest.raises(Unsafe) as refused:
        guard.examine(url)
    return refused.value.why
