"""Which due rows a claim takes: interactive mail first, then timers, then bulk; partners share each lane."""

import math
import random
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app import pacing
from app.core.carrying import Lane
from app.models import MailPause, Outbox

# How often one claim looks anew at what its domains' rates have made room for.
LOOKS = 10
ALIVE = Outbox.dead_at.is_(None)
# Columns, not entities: this runs for every mail.
CARRIED = (
    *(Outbox.id, Outbox.partner_id, Outbox.lane, Outbox.kind, Outbox.payload),
    *(Outbox.message_id, Outbox.attempts, Outbox.created_at, Outbox.strikes, Outbox.domain),
)
TURN = update(Outbox).where(Outbox.id == bindparam("row")).values(due_at=bindparam("at"))


def pick(
    session: Session, now: datetime, room: int, rate: float, domain_rate: float, bulk: bool, timers: bool
) -> list[Any]:
    paused = _paused(session)
    mails = pacing.take(session, now, room, rate)
    rows = _due(session, Lane.INTERACTIVE, min(room, mails), now, paused[Lane.INTERACTIVE])
    mails -= len(rows)
    if timers:
        rows += _due(session, Lane.TIMER, room - len(rows), now)
    if bulk:
        found = _bulk(session, min(room - len(rows), mails), now, paused[Lane.BULK], domain_rate)
        rows, mails = rows + found, mails - len(found)
    pacing.give_back(session, mails, rate)
    return rows


def _paused(session: Session) -> dict[Lane, set[UUID | None]]:
    """Whose mail is held back, lane by lane; None stands for everybody's."""
    found = session.execute(select(MailPause.partner_id, MailPause.codes_too)).all()
    return {Lane.BULK: {row[0] for row in found}, Lane.INTERACTIVE: {row[0] for row in found if row[1]}}


def _bulk(session: Session, room: int, now: datetime, paused: set[UUID | None], rate: float) -> list[Any]:
    """What is over its domain's rate is laid out in time, so that what stands behind it comes up."""
    if rate <= 0:
        return _due(session, Lane.BULK, room, now, paused)
    rows: list[Any] = []
    for _ in range(LOOKS):
        found = _due(session, Lane.BULK, room - len(rows), now, paused, [row.id for row in rows])
        turns = pacing.shared_out(session, now, found, rate) if found else {}
        rows += [row for row in found if row.id not in turns]
        if not turns:
            break
        session.connection().execute(TURN, [{"row": id, "at": at} for id, at in turns.items()])
    return rows


def _due(
    session: Session,
    lane: Lane,
    room: int,
    now: datetime,
    paused: Collection[UUID | None] = (),
    taken: Sequence[UUID] = (),
) -> list[Any]:
    rows: list[Any] = []
    if room <= 0 or None in paused:
        return rows
    partners = [partner for partner in _partners(session, lane, now) if partner not in paused]
    random.shuffle(partners)
    other = [Outbox.id.not_in(taken)] if taken else []
    for index, partner in enumerate(partners):
        share = math.ceil((room - len(rows)) / (len(partners) - index))
        if share <= 0:
            break
        rows += session.execute(
            select(*CARRIED)
            .where(Outbox.lane == lane, Outbox.partner_id == partner, ALIVE, Outbox.due_at <= now, *other)
            .order_by(Outbox.due_at)
            .limit(share)
            .with_for_update(skip_locked=True)
        ).all()
    return rows


def _partners(session: Session, lane: Lane, now: datetime) -> list[UUID]:
    """Partners with due rows in a lane, by hopping through the index from one to the next."""
    held = (Outbox.lane == lane, ALIVE)
    first = select(Outbox.partner_id).where(*held).order_by(Outbox.partner_id).limit(1).scalar_subquery()
    hop = select(first.label("id")).cte("hop", recursive=True)
    after = (
        select(Outbox.partner_id)
        .where(*held, Outbox.partner_id > hop.c.id)
        .order_by(Outbox.partner_id)
        .limit(1)
        .scalar_subquery()
    )
    hop = hop.union_all(select(after).where(hop.c.id.is_not(None)))
    # Most partners only have rows that fall due in weeks; asking each of them would cost a query a partner.
    due = select(Outbox.id).where(*held, Outbox.partner_id == hop.c.id, Outbox.due_at <= now).exists()
    return list(session.scalars(select(hop.c.id).where(hop.c.id.is_not(None), due)))
