"""Relays: a few connections kept open to each, failover from one to the next, and answers read for what they mean."""

import asyncio
import re
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import aiosmtplib

from app.config import Relay
from app.mail.compose import Message

CONNECTIONS = 20
KEPT_FREE = 2  # connections that bulk never takes, so that a code need not queue behind it
TIMEOUT = 30.0
IDLE_SECONDS = 25.0
DOWN_SECONDS = 30.0
# Not the middle of an address such as 10.5.1.1.
ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
BAD_SENDER = ("5.1.7", "5.1.8")
HANGS_UP = aiosmtplib.SMTPStatus.domain_unavailable  # 421


class Undelivered(Exception):
    """A relay did not take the mail. `final`: asking again is pointless; `address`: the mailbox is at fault."""

    def __init__(self, answer: str, *, final: bool = False, address: bool = False) -> None:
        super().__init__(answer)
        self.answer, self.final, self.address = legible(answer), final, address


def legible(answer: str) -> str:
    """A relay may answer in any bytes; what is kept of it fits into every database and on one line."""
    return " ".join("".join(char if char.isprintable() else " " for char in answer).split())[:500]


def judge(code: int, text: str) -> Undelivered:
    """5.1.x is the address; 5.7.x is us, so the mail stays queued; other 5xx are final; the rest may pass."""
    answer = f"{code} {text}"
    found = ENHANCED.search(str(text))
    status = found.group(1) if found else ""
    if code < 500 or status.startswith("5.7.") or status in BAD_SENDER:
        return Undelivered(answer)
    return Undelivered(answer, final=True, address=status.startswith("5.1."))


class Client(aiosmtplib.SMTP):
    """Closes at once: nobody waits for the goodbye of TLS, which the end of the loop would cut off half-way."""

    def close(self) -> None:
        transport = self.transport
        super().close()
        if transport is not None:
            cast("asyncio.Transport", transport).abort()


@dataclass
class _Open:
    client: aiosmtplib.SMTP
    used: float
    fresh: bool = True


class Relays:
    """Sends over the first relay that can be reached; one that could not be is asked last for a while."""

    def __init__(self, relays: Sequence[Relay], connections: int = CONNECTIONS, timeout: float = TIMEOUT) -> None:
        self.relays, self.timeout = relays, timeout
        self._free: dict[Relay, list[_Open]] = {relay: [] for relay in relays}
        self._down: dict[Relay, float] = {}
        self._tls = {relay: tls_context(relay) for relay in relays}
        self._room = asyncio.Semaphore(connections)
        self._bulk = asyncio.Semaphore(max(1, connections - KEPT_FREE))

    async def send(self, message: Message, name: str) -> str:
        if message.urgent:
            return await self._over_any(message)
        async with self._bulk:
            return await self._over_any(message)

    async def _over_any(self, message: Message) -> str:
        troubles = []
        async with self._room:
            now = time.monotonic()
            for relay in sorted(self.relays, key=lambda relay: self._down.get(relay, 0) > now):
                try:
                    return await self._send(relay, message)
                except OSError as error:  # not reached, cut off, timed out, TLS or sign-in refused
                    self._down[relay] = time.monotonic() + DOWN_SECONDS
                    troubles.append(f"{relay.name}: {error}")
        raise Undelivered("; ".join(troubles))

    async def _send(self, relay: Relay, message: Message) -> str:
        held = await self._take(relay)
        try:
            refused, answer = await held.client.sendmail(message.sender, message.recipients, message.data)
        except aiosmtplib.SMTPRecipientsRefused as error:
            self._keep(relay, held)
            first = error.recipients[0]
            raise judge(first.code, first.message) from error
        except aiosmtplib.SMTPResponseException as error:
            if error.code == HANGS_UP:
                held.client.close()
            self._keep(relay, held)
            if error.code == HANGS_UP and isinstance(error, aiosmtplib.SMTPSenderRefused) and not held.fresh:
                return await self._send(relay, message)  # this connection had had its share; nothing was sent yet
            raise judge(error.code, error.message) from error
        except BaseException:
            held.client.close()
            raise
        self._keep(relay, held)
        return legible(answer + (f" (refused: {', '.join(refused)})" if refused else ""))

    async def _take(self, relay: Relay) -> _Open:
        while self._free[relay]:
            held = self._free[relay].pop()
            if held.client.is_connected and time.monotonic() - held.used < IDLE_SECONDS:
                held.fresh = False
                return held
            held.client.close()
        return _Open(await connect(relay, self.timeout, self._tls[relay]), time.monotonic())

    def _keep(self, relay: Relay, held: _Open) -> None:
        if held.client.is_connected:
            held.used = time.monotonic()
            self._free[relay].append(held)

    async def close(self) -> None:
        await asyncio.gather(*(_leave(held.client) for free in self._free.values() for held in free))


async def _leave(client: aiosmtplib.SMTP) -> None:
    try:
        await client.quit(timeout=2)
    except (aiosmtplib.SMTPException, OSError):
        client.close()


def tls_context(relay: Relay) -> ssl.SSLContext:
    """Made once for a relay: reading the authorities takes as long as sending a hundred mails."""
    context = ssl.create_default_context()
    if relay.starttls == "opportunistic" and not relay.implicit_tls:
        # Encryption without proof of identity is still better than none; `require` asks for the proof.
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def connect(relay: Relay, timeout: float = TIMEOUT, context: ssl.SSLContext | None = None) -> aiosmtplib.SMTP:
    """A connection ready for mail: TLS as the setting asks, signed in where it names a user."""
    client = Client(
        hostname=relay.host,
        port=relay.port,
        timeout=timeout,
        use_tls=relay.implicit_tls,
        start_tls={"require": True, "off": False}.get(relay.starttls) if not relay.implicit_tls else False,
        tls_context=context or tls_context(relay),
        username=relay.user,
        password=relay.password,
    )
    try:
        await client.connect()
    except aiosmtplib.SMTPAuthenticationError as error:
        raise ConnectionError(legible(f"sign-in refused ({error.code} {error.message})")) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise ConnectionError(legible(str(error))) from error
    return client
