"""Relays: a few connections kept open to each, failover from one to the next, and answers read for what they mean."""

import asyncio
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiosmtplib

from app.config import Relay
from app.core.returned import BAD_SENDER, dead, status_in
from app.mail.clients import Client, leave, tls_context
from app.mail.compose import Message
from app.mail.hush import hushed
from app.mail.routes import Routes

CONNECTIONS = 20
KEPT_FREE = 2  # further ones that bulk never takes, so that a code need not queue behind it
TIMEOUT = 30.0
IDLE_SECONDS = 25.0
DOWN_SECONDS = 30.0
HANGS_UP = aiosmtplib.SMTPStatus.domain_unavailable  # 421


class Undelivered(Exception):
    """A relay did not take the mail. What that means for asking again stands in the flags."""

    def __init__(
        self,
        answer: str,
        *,
        final: bool = False,  # asking again is pointless
        address: bool = False,  # the mailbox is at fault
        ours: bool = False,  # we are: the relay does not want our mail (5.7.x)
        away: bool = False,  # the relay takes nothing just now (421)
        narrow: bool = False,  # the relay cannot take this mail, another one may
        held: bool = False,  # no relay was asked: all of them refuse us for now
    ) -> None:
        super().__init__(answer)
        self.answer, self.final, self.address, self.ours = legible(answer), final, address, ours
        self.away, self.narrow, self.held = away, narrow, held


class NotBegun(Exception):
    """We stop before this mail's turn has come; nothing was sent."""


def legible(answer: str) -> str:
    """A relay may answer in any bytes; what is kept of it fits into every database and on one line."""
    return " ".join("".join(char if char.isprintable() else " " for char in answer).split())[:500]


def judge(code: int, text: str) -> Undelivered:
    """5.1.x is the address; 5.7.x is us, so the mail stays queued; other 5xx are final; the rest may pass."""
    answer, status = f"{code} {text}", status_in(text)
    if code == HANGS_UP:
        return Undelivered(answer, away=True)
    if code < 500 or status in BAD_SENDER:
        return Undelivered(answer)
    if status.startswith("5.7."):
        return Undelivered(answer, ours=True)
    return Undelivered(answer, final=True, address=dead(status))


@dataclass
class _Open:
    client: aiosmtplib.SMTP
    used: float
    fresh: bool = True


class Relays:
    """Sends over the first relay that takes it; one that could not be reached is asked last for a while."""

    def __init__(
        self,
        relays: Sequence[Relay],
        connections: int = CONNECTIONS,
        timeout: float = TIMEOUT,
        routes: Routes | None = None,
    ) -> None:
        self.relays, self.timeout, self.routes = relays, timeout, routes or Routes()
        self._free: dict[Relay, list[_Open]] = {relay: [] for relay in relays}
        self._down: dict[Relay, float] = {}
        self._tls = {relay: tls_context(relay) for relay in relays}
        self._room = asyncio.Semaphore(connections + KEPT_FREE)
        self._bulk = asyncio.Semaphore(connections)
        self._halted = False

    async def send(self, message: Message, name: str) -> str:
        if message.urgent:
            return await self._over_any(message, name)
        async with self._bulk:
            if self._halted:
                raise NotBegun
            return await self._over_any(message, name)

    def halt(self) -> None:
        """What waits for its turn is left to others; what somebody waits for still goes."""
        self._halted = True

    async def _over_any(self, message: Message, name: str) -> str:
        troubles: list[tuple[str, Undelivered]] = []
        async with self._room:
            for relay in self._order(message):
                try:
                    answer = await self._send(relay, message)
                except OSError as error:  # not reached, cut off, timed out, TLS or sign-in refused
                    trouble = Undelivered(f"{relay.name}: {error}", away=True)
                except Undelivered as error:
                    trouble = error
                else:
                    await self.routes.took(relay.name)
                    return answer
                if trouble.away:
                    self._down[relay] = time.monotonic() + DOWN_SECONDS
                elif trouble.ours:
                    await self.routes.refused(relay.name, trouble.answer, name)
                elif not trouble.narrow:
                    raise trouble
                troubles.append((relay.name, trouble))
        raise self._in_vain(troubles)

    def _order(self, message: Message) -> list[Relay]:
        """Relays that refuse us get no bulk mail; mail that somebody waits for is tried there when all else fails."""
        now = time.monotonic()
        asked = [relay for relay in self.relays if message.urgent or relay.name not in self.routes.closed]
        return sorted(asked, key=lambda relay: (relay.name in self.routes.closed, self._down.get(relay, 0) > now))

    def _in_vain(self, troubles: Sequence[tuple[str, Undelivered]]) -> Undelivered:
        """What it means that no relay took a mail."""
        if not troubles:
            return Undelivered("every relay refuses our mail for now; see `assent mail status`", held=True)
        found = [trouble for _, trouble in troubles]
        ours = next((trouble for trouble in found if trouble.ours), None)
        if ours and not any(trouble.away for trouble in found):
            return ours
        if all(trouble.narrow for trouble in found):
            # A relay that was not asked may take it yet.
            unasked = len(found) < len(self.relays)
            return Undelivered(_joined(troubles), final=not unasked, held=unasked)
        return Undelivered(_joined(troubles))

    async def _send(self, relay: Relay, message: Message) -> str:
        held = await self._take(relay)
        try:
            options = await _options(relay, held.client, message)
            refused, answer = await held.client.sendmail(
                message.sender, message.recipients, message.data, mail_options=options
            )
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as error:
            first = error.recipients[0] if isinstance(error, aiosmtplib.SMTPRecipientsRefused) else error
            if first.code == HANGS_UP:
                held.client.close()
                if not held.fresh:  # this connection had had its share, and the mail was not taken
                    return await self._send(relay, message)
            self._keep(relay, held)
            raise judge(first.code, hushed(first.message, message.secrets)) from error
        except Undelivered:
            self._keep(relay, held)
            raise
        except BaseException:
            held.client.close()
            raise
        self._keep(relay, held)
        answer += f" (refused: {', '.join(refused)})" if refused else ""
        return legible(hushed(answer, message.secrets))

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
        await asyncio.gather(*(leave(held.client) for free in self._free.values() for held in free))


def _joined(troubles: Sequence[tuple[str, Undelivered]]) -> str:
    if len(troubles) == 1:
        return troubles[0][1].answer
    named = (trouble.answer if name in trouble.answer else f"{name}: {trouble.answer}" for name, trouble in troubles)
    return "; ".join(named)


async def _options(relay: Relay, client: aiosmtplib.SMTP, message: Message) -> list[str]:
    """Addresses beyond ASCII need a relay that takes them (RFC 6531); nobody may guess another spelling."""
    if message.data.isascii() and all(address.isascii() for address in message.recipients):
        return []
    if client.is_ehlo_or_helo_needed:
        await client.ehlo()
    if not client.supports_extension("smtputf8"):
        raise Undelivered(f"the relay {relay.name} does not take addresses beyond ASCII (SMTPUTF8)", narrow=True)
    return ["SMTPUTF8", "BODY=8BITMIME"]


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
    except aiosmtplib.SMTPResponseException as error:
        trouble = judge(error.code, error.message)
        raise trouble if trouble.ours else ConnectionError(trouble.answer) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise ConnectionError(legible(str(error))) from error
    return client
