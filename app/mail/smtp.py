"""Relays: a few connections kept open to each, failover from one to the next, and answers read for what they mean."""

import asyncio
import re
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiosmtplib

from app.config import Relay
from app.mail.compose import Message

CONNECTIONS = 20
TIMEOUT = 30.0
IDLE_SECONDS = 25.0
ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


class Undelivered(Exception):
    """A relay did not take the mail. `final`: asking again is pointless; `address`: the mailbox is at fault."""

    def __init__(self, answer: str, *, final: bool = False, address: bool = False) -> None:
        super().__init__(answer)
        self.answer, self.final, self.address = answer[:500], final, address


def judge(code: int, text: str) -> Undelivered:
    """5.1.x is the address; 5.7.x is us, so the mail stays queued; other 5xx are final; the rest may pass."""
    text = " ".join(str(text).split())
    answer = f"{code} {text}"
    found = ENHANCED.search(text)
    status = found.group(1) if found else ""
    if code < 500 or status.startswith("5.7."):
        return Undelivered(answer)
    return Undelivered(answer, final=True, address=status.startswith("5.1."))


@dataclass
class _Open:
    client: aiosmtplib.SMTP
    used: float


class Relays:
    """Sends over the first relay that can be reached."""

    def __init__(self, relays: Sequence[Relay], connections: int = CONNECTIONS) -> None:
        self.relays = relays
        self._free: dict[Relay, list[_Open]] = {relay: [] for relay in relays}
        self._room = asyncio.Semaphore(connections)

    async def send(self, message: Message, name: str) -> str:
        async with self._room:
            for relay in self.relays[:-1]:
                try:
                    return await self._send(relay, message)
                except (ConnectionError, OSError, aiosmtplib.SMTPConnectError):
                    continue
            try:
                return await self._send(self.relays[-1], message)
            except (ConnectionError, OSError) as error:
                raise Undelivered(f"{self.relays[-1].name}: {error}") from error

    async def _send(self, relay: Relay, message: Message) -> str:
        held = await self._take(relay)
        try:
            refused, answer = await held.client.sendmail(message.sender, message.recipients, message.data)
        except aiosmtplib.SMTPRecipientsRefused as error:
            await self._keep(relay, held)
            first = error.recipients[0]
            raise judge(first.code, first.message) from error
        except aiosmtplib.SMTPResponseException as error:
            if error.code == aiosmtplib.SMTPStatus.domain_unavailable:  # 421: it is about to hang up
                held.client.close()
            else:
                await self._keep(relay, held)
            raise judge(error.code, error.message) from error
        except BaseException:
            held.client.close()
            raise
        await self._keep(relay, held)
        return f"{answer}" + (f" (refused: {', '.join(refused)})" if refused else "")

    async def _take(self, relay: Relay) -> _Open:
        while self._free[relay]:
            held = self._free[relay].pop()
            if held.client.is_connected and time.monotonic() - held.used < IDLE_SECONDS:
                return held
            held.client.close()
        return _Open(await connect(relay), time.monotonic())

    async def _keep(self, relay: Relay, held: _Open) -> None:
        if held.client.is_connected:
            held.used = time.monotonic()
            self._free[relay].append(held)

    async def close(self) -> None:
        for held in [held for free in self._free.values() for held in free]:
            try:
                await asyncio.wait_for(held.client.quit(), 2)
            except (TimeoutError, aiosmtplib.SMTPException, OSError):
                held.client.close()


async def connect(relay: Relay) -> aiosmtplib.SMTP:
    """A connection ready for mail: TLS as the setting asks, signed in where it names a user."""
    opportunistic = relay.starttls == "opportunistic" and not relay.implicit_tls
    context = ssl.create_default_context()
    if opportunistic:
        # Encryption without proof of identity is still better than none; `require` asks for the proof.
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    client = aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        timeout=TIMEOUT,
        use_tls=relay.implicit_tls,
        start_tls={"require": True, "off": False}.get(relay.starttls) if not relay.implicit_tls else False,
        tls_context=context,
        username=relay.user,
        password=relay.password,
    )
    try:
        await client.connect()
    except aiosmtplib.SMTPAuthenticationError as error:
        client.close()
        raise Undelivered(f"{relay.name}: sign-in refused ({error.code} {error.message})") from error
    except aiosmtplib.SMTPException as error:
        client.close()
        raise ConnectionError(f"{relay.name}: {error}") from error
    return client
