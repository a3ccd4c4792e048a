"""The clock of a made-up past: what happened then happens in its order, mails are carried, deadlines kept."""

import heapq
from collections.abc import Generator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from app import outbox, sequencer, timers
from app.auth import acts
from app.commands import deliveries
from app.core.act import Act
from app.core.carrying import Lane, Outcome
from app.core.vocabulary import ActorKind, Method, Owed
from app.db import db, transaction
from app.models import Invitation, Outbox, Staff
from app.outbox import Claimed, Finished

# A life says when it goes on; one that would go on in the future stops where it is.
Life = Generator[datetime | timedelta, None, Any]
TOGETHER = 60
# What is younger than this is left to the worker, so that there are mails to read.
FRESH = timedelta(days=4)
CARRIED = timedelta(seconds=4)
THANKS = "250 2.0.0 accepted"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Stage:
    def __init__(self, now: datetime) -> None:
        self.now = self.end = now
        self._lives: list[tuple[datetime, int, Life]] = []
        self._born = 0

    def enter(self, at: datetime, life: Life) -> None:
        self._born += 1
        heapq.heappush(self._lives, (at, self._born, life))

    def play(self) -> None:
        """Everything up to the end, a batch of steps a transaction."""
        while self._lives:
            with transaction():
                for _ in range(min(TOGETHER, len(self._lives))):
                    self._step()
        with transaction():
            self._carry(self.end)
        while sequencer.stamp():
            continue

    def _step(self) -> None:
        if not self._lives:
            return
        at, number, life = heapq.heappop(self._lives)
        self._carry(at)
        self.now = at
        following = next(life, None)
        if following is None:
            return
        later = following if isinstance(following, datetime) else at + following
        if at <= later < self.end:
            heapq.heappush(self._lives, (later, number, life))

    def _carry(self, until: datetime) -> None:
        """Every mail and deadline that came before, in their order; one can bring about the next."""
        db.session.flush()
        while row := db.session.scalar(self._due(until)):
            self._settle(row)
            db.session.flush()

    def _due(self, until: datetime) -> Select[Outbox]:
        old = (Outbox.lane == Lane.TIMER) | (Outbox.created_at < self.end - FRESH)
        return select(Outbox).where(Outbox.due_at <= until, old).order_by(Outbox.due_at, Outbox.id).limit(1)

    def _settle(self, row: Outbox) -> None:
        at = row.due_at if row.lane is Lane.TIMER else row.due_at + CARRIED
        fields = (row.id, row.partner_id, row.lane, row.kind, row.payload, f"<{row.id}@assent.example>", 1)
        claimed = Claimed(*fields, row.created_at)
        outcome, answer = Outcome.DONE, None
        if row.kind in timers.TIMERS:
            outcome = timers.TIMERS[row.kind](acts.clock(at), claimed)
        else:
            answer = THANKS
        db.session.flush()
        db.session.expunge(row)
        outbox.archive(db.session(), at, [Finished(claimed, outcome, answer)])
        if row.kind is Owed.INVITATION:
            deliveries.mark_sent(acts.clock(at), {UUID(row.payload["invitation"]): row.id})

    # Who acts.

    def operator(self) -> Act:
        return replace(acts.console(), at=self.now)

    def clock(self) -> Act:
        return acts.clock(self.now)

    def staff(self, person: Staff) -> Act:
        there = {"ip": "192.0.2.10", "user_agent": AGENT}
        return replace(acts.of(person, Method.PASSWORD, **there), at=self.now)

    def customer(self, invitation: Invitation) -> Act:
        last = sum(invitation.id.bytes[-2:]) % 250 + 1
        address = f"198.51.100.{last}"
        return Act(ActorKind.CUSTOMER, Method.EMAIL_CODE, self.now, ip=address, user_agent=AGENT)
