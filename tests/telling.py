"""Rounds of a worker with endpoints, on a clock that is set by hand; whom it posts to is real."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select, update

from app import calling, sequencer, vault
from app.auth import acts
from app.calling import Heard, Told
from app.commands import webhooks
from app.commands.webhooks import Wanted
from app.core.act import Act
from app.db import db, transaction
from app.hooks import signing
from app.messenger import Messenger
from app.models import News, NewsCounter, WebhookDelivery, WebhookEndpoint
from app.queries import parcels
from app.queries.parcels import Call
from app.rounds import Rounds
from tests.cast import Cast
from tests.receiver import ALLOWED
from tests.working import settings

ME = "this test"
LEASE = timedelta(minutes=1)


def add(cast: Cast, url: str, *events: str) -> UUID:
    """An endpoint of Fabrikam's that hears of all that happens from now on."""
    while sequencer.stamp():
        pass
    with transaction():
        secret = vault.seal(signing.new_secret())
        return webhooks.add(acts.console(cast.fabrikam.id), Wanted(url, events or ["*"]), secret).id


def endpoint(id: UUID) -> WebhookEndpoint:
    db.session.rollback()
    return db.session.get_one(WebhookEndpoint, id, populate_existing=True)


def deliveries(id: UUID) -> Sequence[WebhookDelivery]:
    db.session.rollback()
    own = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == id)
    ordered = own.order_by(WebhookDelivery.seq, WebhookDelivery.id)
    return db.session.scalars(ordered.execution_options(populate_existing=True)).all()


def happen(cast: Cast, many: int) -> None:
    """So many events of one of Fabrikam's agreements, still without numbers."""
    db.session.rollback()
    first = db.session.scalars(select(News).where(News.machine_id.is_not(None)).order_by(News.id).limit(1)).first()
    if first is None:
        cast.customer()
        first, many = db.session.scalars(select(News).limit(1)).one(), many - 1
    facts = {name: getattr(first, name) for name in ("machine_id", "customer_id", "type", "facts")}
    with transaction() as session:
        session.add_all(News(partner_id=cast.fabrikam.id, at=acts.now(), **facts) for _ in range(many))


def number() -> None:
    while sequencer.stamp():
        pass


class Telling:
    def __init__(self, app: Flask, runner: asyncio.Runner) -> None:
        self.at = datetime.now(UTC)
        self._place = app.extensions["assent"]
        self._runner = runner
        self._messenger = Messenger(self._place, ME, runner.run(self._rounds(app)))

    async def _rounds(self, app: Flask) -> Rounds:
        return Rounds(app)

    def round(self) -> int:
        """Whatever can be told now, until nothing can; answers how many posts that took."""
        posts = 0
        while ids := calling.take(ME, 100, LEASE, self.at):
            for id in ids:
                posts += self.tell(id)
        return posts

    def tell(self, id: UUID) -> int:
        """A stretch with one endpoint that was taken."""
        call = self.load(id)
        told = self.post(call)
        if calling.settle(ME, [Heard(call, told)], LEASE, self.at):
            return len(told) + self.tell(id)
        return len(told)

    def load(self, id: UUID) -> Call:
        call = parcels.load(ME, [id], self._place.rules, self.at)[id]
        assert isinstance(call, Call)
        return call

    def post(self, call: Call) -> list[Told]:
        return self._runner.run(self._messenger.stretch(call))

    def next(self, id: UUID) -> timedelta | None:
        """Set the clock to when the endpoint can be told more; None when that is never."""
        end = endpoint(id)
        due = [sent.due_at for sent in deliveries(id) if sent.due_at]
        last = db.session.scalar(select(NewsCounter.seq).where(NewsCounter.partner_id == end.partner_id)) or 0
        due += [end.held_until or self.at] if end.cursor < last else []
        if not due or end.disabled_at:
            return None
        then = max(min(due), end.free_at or self.at)
        before, self.at = self.at, max(then, self.at)
        return self.at - before

    def close(self) -> None:
        self._runner.run(self._messenger.close())


@contextmanager
def telling(app: Flask, **more: Any) -> Iterator[Telling]:
    with transaction() as session:
        # Endpoints of former tests are none of this one's business.
        session.execute(update(WebhookEndpoint).values(disabled_at=acts.now()))
    with settings(app, **ALLOWED, **more), asyncio.Runner() as runner:
        found = Telling(app, runner)
        try:
            yield found
        finally:
            found.close()


def by(cast: Cast) -> Act:
    """Fabrikam itself."""
    return acts.console(cast.fabrikam.id)
