"""A real SMTP server on a real port that answers as it is told and keeps what it was given."""

import asyncio
import ssl
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import repeat
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DROP, SILENCE = "drop", "silence"
Answer = str | bytes


@dataclass(frozen=True)
class Letter:
    """One mail as the server took it."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes
    tls: bool
    user: str | None


class Postbox:
    """`answers` maps MAIL, RCPT, DATA to what is said, `RCPT address` and `DATA address` before them.

    That is one answer for ever, or several, and then 250.
    """

    def __init__(
        self,
        answers: dict[str, Answer | Sequence[Answer]] | None = None,
        *,
        certificate: Path | None = None,
        implicit_tls: bool = False,
        users: dict[str, str] | None = None,
        delay: float = 0,
        **settings: Any,
    ) -> None:
        self.letters: list[Letter] = []
        self.connections = 0
        self.asked: Counter[str] = Counter()
        self.heard_in_clear = b""
        self._answers: dict[str, Iterator[Answer]] = {
            verb: repeat(said) if isinstance(said, str | bytes) else iter(said)
            for verb, said in (answers or {}).items()
        }
        self._context = _context(certificate) if certificate else None
        self._implicit, self._users, self._delay, self._settings = implicit_tls, users, delay, settings
        self._open: list[_Connection] = []
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def start(self) -> "Postbox":
        self._thread.start()
        assert self._ready.wait(10), "the SMTP server did not start"
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def url(self, login: str = "", option: str = "") -> str:
        scheme = "smtps" if self._implicit else "smtp"
        query = f"?starttls={option}" if option else ""
        return f"{scheme}://{login + '@' if login else ''}127.0.0.1:{self.port}{query}"

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        tls = self._context if self._implicit else None
        server = await self._loop.create_server(self._connect, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        async with server:
            await self._stop.wait()
            for connection in self._open:
                if isinstance(connection.transport, asyncio.Transport):
                    connection.transport.abort()

    def _connect(self) -> "_Connection":
        self.connections += 1
        tls = None if self._implicit else self._context
        secure = {"authenticator": self._sign_in} if self._users else {"auth_exclude_mechanism": ["LOGIN", "PLAIN"]}
        connection = _Connection(self, tls_context=tls, loop=self._loop, **(secure | self._settings))
        self._open.append(connection)
        return connection

    def _sign_in(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        known = (self._users or {}).get(given.login.decode())
        if known is not None and known == given.password.decode():
            return AuthResult(success=True, auth_data=given.login.decode())
        return AuthResult(success=False, handled=False)

    async def _answer(self, verb: str, server: Any, usual: str) -> Answer:
        said = next(self._answers.get(verb, iter(())), usual)
        if said == DROP:
            server.transport.abort()
        elif said == SILENCE:
            await self._stop.wait()
        return said

    async def handle_MAIL(self, server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> Answer:
        said = await self._answer("MAIL", server, "250 OK")
        if said == "250 OK":
            envelope.mail_from = address
        return said

    async def handle_RCPT(self, server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> Answer:
        named = f"RCPT {address}"
        self.asked[address] += 1
        said = await self._answer(named if named in self._answers else "RCPT", server, "250 OK")
        if said == "250 OK":
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> Answer:
        await asyncio.sleep(self._delay)
        named = f"DATA {envelope.rcpt_tos[0]}"
        verb = named if named in self._answers else "DATA"
        said = await self._answer(verb, server, f"250 2.0.0 queued as {len(self.letters) + 1}")
        if isinstance(said, str) and said.startswith("250"):
            tls = server.transport.get_extra_info("sslcontext") is not None
            to = tuple(envelope.rcpt_tos)
            self.letters.append(Letter(envelope.mail_from, to, envelope.content, tls, session.auth_data))
        return said


class _Connection(SMTP):
    def data_received(self, data: bytes) -> None:
        if self.transport is not None and self.transport.get_extra_info("sslcontext") is None:
            self.event_handler.heard_in_clear += data
        super().data_received(data)


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def self_signed(folder: Path, address: str = "127.0.0.1") -> Path:
    """A certificate for `address` that nobody vouches for, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / f"relay-{address}.pem"
    path.write_bytes(certificate.public_bytes(pem) + private)
    return path
