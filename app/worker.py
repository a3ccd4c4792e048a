"""The asyncio loop: claims what is due, carries it out side by side, settles in small groups; numbers the news."""

import asyncio
import os
import secrets
import socket
import time
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app import calling, outbox, pacing, relaying, sequencer, settling, timers
from app.auth import acts
from app.commands import arrivals, entries, pauses, portal, repeats, webhooks
from app.core.carrying import Lane, Outcome
from app.core.mails import MailFacts
from app.core.refusals import Refused
from app.db import database_now, db, transaction
from app.installation import Installation
from app.mail.smtp import NotBegun, Undelivered
from app.messenger import KNOCKS, Messenger
from app.outbox import Claimed, Finished
from app.post import carrier, composer
from app.queries import mails, routes
from app.rounds import PASSING, TROUBLE_PAUSE, Rounds, line
from app.settling import Failed, Result

log = structlog.get_logger("worker")

POLL = 0.25
GROUP, GROUP_WAIT = 200, 0.03
URGENT = 20  # rows that are carried beside IN_FLIGHT because somebody waits for them
HOUSEKEEPING = 600.0
FAREWELL = 30.0
Facts = dict[UUID, MailFacts | Undelivered | None]


class Worker:
    """One worker process. `run` returns once `stop` is set and what was in flight is settled."""

    def __init__(self, app: Flask) -> None:
        self.place: Installation = app.extensions["assent"]
        self.me = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.lease = timedelta(seconds=self.place.config.lease_seconds)
        self.rounds = Rounds(app)
        self.messenger = Messenger(self.place, self.me, self.rounds)
        self._composer = composer(self.place)
        self._routes = relaying.watched(self.rounds, self.place.config.smtp_url)
        self._carrier = carrier(self.place, self._routes)
        self._in_flight: dict[tuple[UUID, int], asyncio.Task[None]] = {}
        self._results: asyncio.Queue[Result] = asyncio.Queue()
        self._ample = asyncio.Event()

    async def run(self) -> None:
        log.info("worker started", worker=self.me)
        claiming, telling, *others = (
            asyncio.create_task(loop(), name=loop.__name__)
            for loop in (
                self._claiming,
                self._telling,
                self._settling,
                self._renewing,
                self._numbering,
                self.messenger.settle,
                self._knocking,
                self._housekeeping,
            )
        )
        await self.rounds.stop.wait()
        self._carrier.halt()
        # Renewing and settling go on until everything in flight is written down.
        until = time.monotonic() + FAREWELL
        while time.monotonic() < until and (
            self._in_flight or self.messenger.busy or not (claiming.done() and telling.done())
        ):
            await asyncio.sleep(0.02)
        tasks = [claiming, telling, *others, *self._in_flight.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._carrier.close()
        await self.messenger.close()
        try:
            await self.rounds.in_thread(outbox.release, self.me)
            await self.rounds.in_thread(calling.release, self.me)
        except PASSING as error:
            log.warning("cannot release, the leases will end by themselves", error=line(error))
        self.rounds.close()
        log.info("worker stopped", worker=self.me)

    # Claiming and carrying

    async def _claiming(self) -> None:
        await self.rounds.repeat(self._claim_some, POLL)

    async def _claim_some(self) -> bool:
        """Many rows at once, for a claim costs the same for two and for two hundred: only when there is much room.

        What somebody waits for is claimed meanwhile as well.
        """
        most = self.place.config.in_flight
        room = most - len(self._in_flight)
        ample = 2 * room >= most
        room = room if ample else most + URGENT - len(self._in_flight)
        self._ample.clear()  # before the claim: what is finished meanwhile must wake us
        rows, facts = await self.rounds.in_thread(self._claim, room, ample) if room > 0 else ([], {})
        for row in rows:
            job = self._keep_time(row) if row.lane is Lane.TIMER else self._deliver(row, facts.get(row.id))
            self._in_flight[row.id, row.attempts] = asyncio.create_task(job)
        if not ample and not rows:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ample.wait(), POLL)
        return bool(rows) or not ample

    def _claim(self, room: int, ample: bool) -> tuple[list[Claimed], Facts]:
        if not outbox.pulse(ample):
            return [], {}
        self._routes.heed(routes.closed())
        config, domain = self.place.config, self._composer.domain
        pace = (config.mail_rate, domain, config.mail_domain_rate)
        rows = outbox.claim(self.me, room, self.lease, *pace, bulk=ample and not self._routes.shut, timers=ample)
        letters = [row for row in rows if row.lane is not Lane.TIMER]
        # If this fails nobody renews the lease, so the rows come back when it has run out.
        return rows, self._facts(letters)

    def _facts(self, rows: list[Claimed]) -> Facts:
        """What the mails must say; a row that cannot be told fails alone."""
        try:
            return dict(mails.load(rows, database_now(db.session()))) if rows else {}
        except SQLAlchemyError:
            raise
        except Exception as error:
            if len(rows) == 1:
                log.exception("mail failed", row=str(rows[0].id), kind=rows[0].kind)
                return {rows[0].id: Undelivered(f"{type(error).__name__}: {error}")}
            return {id: facts for row in rows for id, facts in self._facts([row]).items()}

    async def _deliver(self, row: Claimed, facts: MailFacts | Undelivered | None) -> None:
        if facts is None:
            self._results.put_nowait(Finished(row, Outcome.NOT_NEEDED))
            return
        try:
            if isinstance(facts, Undelivered):
                raise facts
            message = self._composer.compose(facts, row.message_id, acts.now(), row.id)
            answer = await self._carrier.send(message, str(row.id))
        except NotBegun:
            self._forget(row)  # its lease is given back at the end
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
            await self.rounds.in_thread(self._fire_timer, row)
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
            await asyncio.sleep(GROUP_WAIT)
            while len(group) < GROUP and not self._results.empty():
                group.append(self._results.get_nowait())
            await self._settle(group)

    async def _settle(self, group: list[Result]) -> None:
        while True:
            try:
                await self.rounds.in_thread(settling.settle, self.me, group)
                break
            except PASSING as error:
                log.warning("cannot settle yet, trying again", error=line(error))
                await asyncio.sleep(POLL if isinstance(error, Refused) else TROUBLE_PAUSE)
            except Exception as error:
                if len(group) == 1:
                    await self._set_aside(group[0].row, error)
                    break
                for result in group:
                    await self._settle([result])
                return
        for result in group:
            self._forget(result.row)

    async def _set_aside(self, row: Claimed, error: Exception) -> None:
        log.exception("cannot settle", row=str(row.id), kind=row.kind)
        with suppress(SQLAlchemyError, Refused):
            await self.rounds.in_thread(settling.set_aside, self.me, row, f"cannot settle: {type(error).__name__}")

    def _forget(self, row: Claimed) -> None:
        self._in_flight.pop((row.id, row.attempts), None)
        if 2 * len(self._in_flight) <= self.place.config.in_flight:
            self._ample.set()

    # The other rounds

    async def _renewing(self) -> None:
        while True:
            await asyncio.sleep(self.lease.total_seconds() / 3)
            try:
                await self.messenger.renew()
                if self._in_flight:
                    await self.rounds.in_thread(outbox.renew, self.me, [id for id, _ in self._in_flight], self.lease)
            except Exception as error:
                log.warning("cannot renew the lease", error=line(error))

    async def _numbering(self) -> None:
        async def number() -> bool:
            return await self.rounds.in_thread(lambda: sequencer.pulse() and sequencer.stamp()) >= sequencer.BATCH

        await self.rounds.repeat(number, POLL)

    async def _telling(self) -> None:
        await self.rounds.repeat(self.messenger.claim, POLL)

    async def _knocking(self) -> None:
        await self.rounds.repeat(self.messenger.knock, KNOCKS)

    async def _housekeeping(self) -> None:
        def tidy() -> None:
            with transaction() as session:
                for done in (arrivals, entries, pauses, portal, repeats, webhooks, pacing):
                    done.forget_old(database_now(session))

        await self.rounds.repeat(lambda: self.rounds.in_thread(tidy), HOUSEKEEPING)
