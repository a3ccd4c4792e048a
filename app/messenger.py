"""Tell the endpoints: each by itself and in order, many side by side, so that a slow one delays no other."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import structlog

from app import calling, certificate, vault
from app.auth import acts
from app.calling import Heard, Told
from app.core.hooks import SigningScheme
from app.core.refusals import Refused
from app.hooks import bodies, signing
from app.hooks.guard import Guard
from app.hooks.outbound import Poster
from app.installation import Installation
from app.queries import parcels
from app.queries.parcels import Call, Parcel
from app.rounds import PASSING, TROUBLE_PAUSE, Rounds, line

log = structlog.get_logger("worker")

ENDPOINTS = 200
# How long to go on before writing down how far it came.
STRETCH = 1.0
KNOCKS = 5.0
TIMEOUT = 15.0
BODIES = 1000
GROUP_WAIT = 0.005
RACES = 3
T = TypeVar("T")
Settling = tuple[Heard, "asyncio.Future[Call | Exception | None]"]


class Messenger:
    """The part of a worker that posts webhooks."""

    def __init__(self, place: Installation, me: str, rounds: Rounds) -> None:
        self.place = place
        self.me = me
        self._rounds = rounds
        self._lease = timedelta(seconds=place.config.lease_seconds)
        self._open = lru_cache(maxsize=1000)(lambda sealed: vault.open_(sealed, place))
        self._poster = Poster(Guard(place.config.webhook_allow), TIMEOUT)
        self._bodies: dict[tuple[str, str, str], str] = {}
        self._heard: asyncio.Queue[Settling] = asyncio.Queue()
        self._calls: dict[UUID, asyncio.Task[None]] = {}

    @property
    def busy(self) -> bool:
        return bool(self._calls)

    async def renew(self) -> None:
        if self._calls:
            await self._rounds.in_thread(calling.renew, self.me, list(self._calls), self._lease)

    async def claim(self) -> bool:
        """Begin to tell endpoints that have something to hear; True when there may be more of them."""
        room = ENDPOINTS - len(self._calls)
        ids = await self._rounds.in_thread(self._take, room) if room > 0 else []
        for id in ids:
            self._calls[id] = task = asyncio.create_task(self._tell(id))
            task.add_done_callback(lambda _, id=id: self._calls.pop(id, None))  # type: ignore[misc]
        return bool(ids) and len(ids) == room

    def _take(self, room: int) -> list[UUID]:
        return calling.take(self.me, room, self._lease, besides=list(self._calls)) if calling.pulse() else []

    async def _tell(self, id: UUID) -> None:
        """Stretch after stretch, until there is nothing left, a try failed or we stop."""
        try:
            found = await self._surely(parcels.load, self.me, [id], self.place.rules)
            call = found.get(id)
            while call:
                if isinstance(call, Exception):
                    raise call
                told = await self.stretch(call)
                call = await self._settled(Heard(call, told))
        except Exception:
            # The lease keeps it from being tried at once again.
            log.exception("cannot tell an endpoint", endpoint=str(id))

    async def _settled(self, heard: Heard) -> Call | Exception | None:
        """What comes next, once that is written down."""
        done: asyncio.Future[Call | Exception | None] = asyncio.get_running_loop().create_future()
        self._heard.put_nowait((heard, done))
        return await done

    async def settle(self) -> None:
        """Write down what was told, of many endpoints together."""
        while True:
            group = [await self._heard.get()]
            await asyncio.sleep(GROUP_WAIT)
            while not self._heard.empty():
                group.append(self._heard.get_nowait())
            await self._settle(group)

    async def _settle(self, group: list[Settling]) -> None:
        try:
            following = await self._surely(self._go_on, [heard for heard, _ in group])
        except Exception as error:
            if len(group) > 1:
                # What is wrong with one must not keep the others from being written down.
                await asyncio.gather(*(self._settle([one]) for one in group))
            elif not group[0][1].done():
                group[0][1].set_exception(error)
            return
        for heard, done in group:
            if not done.done():
                done.set_result(following.get(heard.call.id))

    def _go_on(self, group: list[Heard]) -> dict[UUID, Call | Exception]:
        more = calling.settle(self.me, group, self._lease)
        if not more or self._rounds.stop.is_set():
            return {}
        try:
            return parcels.load(self.me, list(more), self.place.rules)
        except Exception as error:
            # What was written down must not be written again because there is trouble with what follows.
            return dict.fromkeys(more, error)

    async def _surely(self, work: Callable[..., T], *args: Any) -> T:
        """What was posted has to be written down, however long the database is away; the lease may run out."""
        refused = 0
        while True:
            try:
                return await self._rounds.in_thread(work, *args)
            except PASSING as error:
                refused += isinstance(error, Refused)
                log.warning("trouble with a webhook, trying again", error=line(error))
                if self._rounds.stop.is_set() or refused >= RACES:
                    raise
                await asyncio.sleep(TROUBLE_PAUSE)

    async def stretch(self, call: Call) -> list[Told]:
        told: list[Told] = []
        until = time.monotonic() + STRETCH
        for parcel in call.parcels:
            if self._rounds.stop.is_set() or time.monotonic() > until:
                break
            try:
                one = await self._post(call, parcel)
            except Exception:
                if not told:
                    raise
                # What was posted before is written down first; then this one is met again, alone.
                log.exception("cannot make a webhook", endpoint=str(call.id), id=parcel.event_id)
                break
            told.append(one)
            if not one.reply.ok:
                log.warning(
                    "webhook failed", endpoint=str(call.id), id=parcel.event_id, why=one.reply.error or one.reply.status
                )
                break
        return told

    async def _post(self, call: Call, parcel: Parcel) -> Told:
        at = acts.now()
        body = parcel.body or self._body(call, parcel)
        raw = body.encode()
        reply = await self._poster.post(call.url, raw, self._headers(call, parcel.event_id, at, raw))
        return Told(parcel, body, at, reply)

    def _body(self, call: Call, parcel: Parcel) -> str:
        """Made once for all who are told of it."""
        key = (parcel.event_id, parcel.name, call.scheme)
        if key not in self._bodies:
            if len(self._bodies) >= BODIES:
                self._bodies.clear()
            self._bodies[key] = bodies.body(call.scheme, parcel.name, parcel.event or {})
        return self._bodies[key]

    def _headers(self, call: Call, id: str, at: datetime, body: bytes) -> dict[str, str]:
        if call.scheme is SigningScheme.VENDOR:
            config = self.place.config
            return certificate.signer(config.keys_dir, config.base_url).headers(id, at, body, call.own_header)
        return signing.headers(id, at, body, [self._open(secret) for secret in call.secrets])

    async def knock(self) -> bool:
        """Endpoints where nobody listened: is anybody there again?"""
        away = await self._rounds.in_thread(calling.away)
        answers = await asyncio.gather(*(self._poster.knock(url) for _, url in away))
        ids = [id for (id, _), answered in zip(away, answers, strict=True) if answered]
        if ids:
            await self._rounds.in_thread(calling.back, ids)
        return False

    async def close(self) -> None:
        for task in list(self._calls.values()):
            task.cancel()
        await asyncio.gather(*self._calls.values(), return_exceptions=True)
        await self._poster.close()
