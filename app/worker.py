"""The asyncio loop: claims what is due, carries it out side by side, settles in small groups; numbers the news."""

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app import outbox, sequencer, timers
from app.auth import acts
from app.commands import deliveries
from app.commands.portal import forget_old
from app.core.mails import MailFacts
from app.core.refusals import Refused
from app.core.vocabulary import Lane, Outcome, Owed
from app.db import database_now, db, transaction
from app.installation import TEMPLATES, Installation
from app.mail.compose import Composer, Message
from app.mail.drop import Drop
from app.mail.smtp import Relays, Undelivered
from app.models import Invitation, Machine
from app.outbox import Claimed, Finished
from app.queries import mails

log = structlog.get_logger("worker")
T = TypeVar("T")

POLL = 0.25
GROUP, GROUP_WAIT = 50, 0.02
HOUSEKEEPING = 600.0
TROUBLE_PAUSE = 1.0
FAREWELL = 30.0


class Carrier(Protocol):
    async def send(self, message: Message, name: str) -> str: ...
    async def close(self) -> None: ...


@dataclass(frozen=True)
class Failed:
    row: Claimed
    trouble: Undelivered


Result = Finished | Failed


def composer(place: Installation) -> Composer:
    config = place.config
    return Composer(TEMPLATES, config.base_url, config.mail_from, config.portal, place.keys.link, place.keys.code)


def carrier(place: Installation) -> Carrier:
    config = place.config
    return Relays(config.smtp_url) if config.smtp_url else Drop(config.instance / "mail")


class Worker:
    """One worker process. `run` returns once `stop` is set and what was in flight is settled."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.place: Installation = app.extensions["assent"]
        self.me = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.lease = timedelta(seconds=self.place.config.lease_seconds)
        self.stop = asyncio.Event()
        self._composer = composer(self.place)
        self._carrier = carrier(self.place)
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="db")
        self._in_flight: dict[UUID, asyncio.Task[None]] = {}
        self._results: asyncio.Queue[Result] = asyncio.Queue()
        self._freed = asyncio.Event()

    async def run(self) -> None:
        log.info("worker started", worker=self.me)
        rounds = [
            asyncio.create_task(loop(), name=loop.__name__)
            for loop in (self._claiming, self._settling, self._renewing, self._numbering, self._housekeeping)
        ]
        await self.stop.wait()
        # Renewing and settling go on until everything in flight is written down.
        until = time.monotonic() + FAREWELL
        while self._in_flight and time.monotonic() < until:
            await asyncio.sleep(0.02)
        for task in rounds:
            task.cancel()
        await asyncio.gather(*rounds, return_exceptions=True)
        await self._carrier.close()
        await self._in_thread(outbox.release, self.me)
        self._threads.shutdown()
        log.info("worker stopped", worker=self.me)

    async def _in_thread(self, work: Callable[..., T], *args: Any) -> T:
        def inside() -> T:
            with self.app.app_context():
                return work(*args)

        return await asyncio.get_running_loop().run_in_executor(self._threads, inside)

    async def _repeat(self, work: Callable[[], Any], pause: float) -> None:
        """Call `work` until we stop; at once again while it reports progress, later when the database is away."""
        while not self.stop.is_set():
            try:
                if await work():
                    continue
                wait = pause
            except (SQLAlchemyError, Refused) as error:
                log.warning("database trouble, trying again", error=str(error).splitlines()[0])
                wait = TROUBLE_PAUSE
            try:
                await asyncio.wait_for(self.stop.wait(), wait)
            except TimeoutError:
                continue

    # Claiming and carrying

    async def _claiming(self) -> None:
        await self._repeat(self._claim_some, POLL)

    async def _claim_some(self) -> bool:
        room = self.place.config.in_flight - len(self._in_flight)
        if room <= 0:
            self._freed.clear()
            await self._freed.wait()
            return True
        rows, facts = await self._in_thread(self._claim, room)
        for row in rows:
            job = self._keep_time(row) if row.lane is Lane.TIMER else self._deliver(row, facts.get(row.id))
            self._in_flight[row.id] = asyncio.create_task(job)
        return bool(rows)

    def _claim(self, room: int) -> tuple[list[Claimed], dict[UUID, MailFacts | None]]:
        if not outbox.pulse():
            return [], {}
        rate = self.place.config.mail_rate
        rows = outbox.claim(self.me, room, self.lease, rate, self._composer.domain)
        letters = [row for row in rows if row.lane is not Lane.TIMER]
        return rows, mails.load(letters, database_now(db.session())) if letters else {}

    async def _deliver(self, row: Claimed, facts: MailFacts | None) -> None:
        if facts is None:
            self._results.put_nowait(Finished(row, Outcome.NOT_NEEDED))
            return
        try:
            message = self._composer.compose(facts, row.message_id, acts.now())
            answer = await self._carrier.send(message, str(row.id))
        except Undelivered as trouble:
            self._results.put_nowait(Failed(row, trouble))
        except Exception as error:
            # Whatever it is, the row must not be lost and its siblings must go on.
            log.exception("mail failed", row=str(row.id), kind=row.kind)
            self._results.put_nowait(Failed(row, Undelivered(f"{type(error).__name__}: {error}")))
        else:
            self._results.put_nowait(Finished(row, Outcome.DONE, answer))

    async def _keep_time(self, row: Claimed) -> None:
        """A timer's effect and its settlement are one transaction; refused or failed, it comes back later."""
        try:
            await self._in_thread(self._fire_timer, row)
            self._forget(row)
        except Exception as error:
            log.warning("timer failed", row=str(row.id), kind=row.kind, error=str(error))
            self._results.put_nowait(Failed(row, Undelivered(f"{type(error).__name__}: {error}")))

    def _fire_timer(self, row: Claimed) -> None:
        with transaction() as session:
            if outbox.held(session, self.me, [row]):
                now = database_now(session)
                outcome = timers.TIMERS[row.kind](acts.clock(now), row)
                outbox.archive(session, now, [Finished(row, outcome)])

    # Settling

    async def _settling(self) -> None:
        while True:
            group = [await self._results.get()]
            until = time.monotonic() + GROUP_WAIT
            while len(group) < GROUP and (left := until - time.monotonic()) > 0:
                try:
                    group.append(await asyncio.wait_for(self._results.get(), left))
                except TimeoutError:
                    break
            await self._settle(group)

    async def _settle(self, group: list[Result]) -> None:
        while True:
            try:
                await self._in_thread(settle, self.me, group)
                break
            except (SQLAlchemyError, Refused) as error:
                log.warning("cannot settle yet, trying again", error=str(error).splitlines()[0])
                await asyncio.sleep(TROUBLE_PAUSE if isinstance(error, SQLAlchemyError) else POLL)
        for result in group:
            self._forget(result.row)

    def _forget(self, row: Claimed) -> None:
        self._in_flight.pop(row.id, None)
        self._freed.set()

    # The other rounds

    async def _renewing(self) -> None:
        while True:
            await asyncio.sleep(self.lease.total_seconds() / 3)
            if self._in_flight:
                try:
                    await self._in_thread(outbox.renew, self.me, self.lease)
                except (SQLAlchemyError, Refused) as error:
                    log.warning("cannot renew the lease", error=str(error).splitlines()[0])

    async def _numbering(self) -> None:
        async def number() -> bool:
            return await self._in_thread(lambda: sequencer.pulse() and sequencer.stamp()) >= sequencer.BATCH

        await self._repeat(number, POLL)

    async def _housekeeping(self) -> None:
        def tidy() -> None:
            with transaction() as session:
                forget_old(database_now(session))

        await self._repeat(lambda: self._in_thread(tidy), HOUSEKEEPING)


def settle(me: str, group: list[Result]) -> None:
    """Write down how a group of rows ended; rows whose lease another worker has taken over are left to it."""
    with transaction() as session:
        ours = outbox.held(session, me, [result.row for result in group])
        now = database_now(session)
        act = acts.clock(now)
        finished = [r for r in group if isinstance(r, Finished) and r.row.id in ours]
        outbox.archive(session, now, finished)
        deliveries.mark_sent(
            act,
            [
                UUID(done.row.payload["invitation"])
                for done in finished
                if done.row.kind is Owed.INVITATION and done.outcome is Outcome.DONE
            ],
        )
        for failed in group:
            if isinstance(failed, Failed) and failed.row.id in ours:
                _settle_failure(session, now, failed)


def _settle_failure(session: Any, now: Any, failed: Failed) -> None:
    row, trouble = failed.row, failed.trouble
    after = None if trouble.final else outbox.wait(row.attempts)
    if after is not None:
        log.warning("mail postponed", row=str(row.id), kind=row.kind, answer=trouble.answer, wait=str(after))
        outbox.postpone(session, row, now, trouble.answer, after)
        return
    log.error("mail given up", row=str(row.id), kind=row.kind, answer=trouble.answer)
    outbox.bury(session, row, now, trouble.answer)
    invitation = session.get(Invitation, UUID(row.payload["invitation"]))
    machine = session.get(Machine, UUID(row.payload["machine"]))
    if invitation and machine and row.kind is not Owed.BLOCKED:
        deliveries.give_up(acts.clock(now), invitation, machine, trouble.answer, address=trouble.address)
