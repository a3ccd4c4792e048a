"""Endpoints that are to be told: lease them, write down how it went, knock where nobody listened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, bindparam, case, func, insert, or_, select, update
from sqlalchemy.orm import Session

from app.auth import acts
from app.commands import webhooks
from app.core.evidence import stamp
from app.core.hooks import Calling
from app.core.webhooks import HOLDS, PAUSE, given_up, next_try
from app.db import database_now, db, new_id, transaction
from app.models import WAITS, NewsCounter, WebhookDelivery, WebhookEndpoint
from app.queries.parcels import Call, Parcel

if TYPE_CHECKING:
    from app.hooks.outbound import Reply

log = structlog.get_logger("worker")

# Of a delivery that is sent again and again the log shows the last ones.
MOST_TRIES = 50
# Endpoints that are knocked at, at a time.
KNOCKED = 200
CHANGE = (
    update(WebhookDelivery)
    .where(WebhookDelivery.id == bindparam("row"))
    .values({name: bindparam(f"new_{name}") for name in ("status", "attempts", "due_at", "tries")})
)


@dataclass(frozen=True)
class Told:
    """One try."""

    parcel: Parcel
    body: str
    at: datetime
    reply: Reply


@dataclass(frozen=True)
class Heard:
    """One stretch with one endpoint."""

    call: Call
    told: Sequence[Told]


def _ready(now: datetime) -> ColumnElement[bool]:
    """Nobody calls it now, and it has something to hear: a delivery that is due, or news that nothing holds back."""
    end, own = WebhookEndpoint, WebhookDelivery.endpoint_id == WebhookEndpoint.id
    due = select(WebhookDelivery.id).where(own, WAITS, WebhookDelivery.due_at <= now)
    behind = select(NewsCounter.seq).where(NewsCounter.partner_id == end.partner_id, NewsCounter.seq > end.cursor)
    free = or_(end.free_at.is_(None), end.free_at <= now)
    held = or_(end.held_until.is_(None), end.held_until <= now)
    return end.disabled_at.is_(None) & free & or_(due.exists(), held & behind.exists())


def pulse() -> bool:
    """One cheap read: has any endpoint something to hear?"""
    session = db.session()
    try:
        return session.scalar(select(WebhookEndpoint.id).where(_ready(database_now(session))).limit(1)) is not None
    finally:
        session.rollback()


def take(me: str, room: int, lease: timedelta, at: datetime | None = None, besides: Sequence[UUID] = ()) -> list[UUID]:
    """Lease so many endpoints that have something to hear, besides those that are still being told."""
    with transaction() as session:
        now = at or database_now(session)
        ready = select(WebhookEndpoint.id).where(_ready(now), WebhookEndpoint.id.not_in(besides))
        ready = ready.order_by(func.random())  # of many nobody is always the last
        ids = list(session.scalars(ready.limit(room).with_for_update(skip_locked=True)))
        _write(session, WebhookEndpoint.id.in_(ids), lease_owner=me, free_at=now + lease)
        return ids


def settle(me: str, group: Sequence[Heard], lease: timedelta, at: datetime | None = None) -> set[UUID]:
    """Write down how far they came; answers those that stay leased because there is more for them."""
    with transaction() as session:
        held = WebhookEndpoint.id.in_([one.call.id for one in group]) & (WebhookEndpoint.lease_owner == me)
        found = select(WebhookEndpoint).where(held).order_by(WebhookEndpoint.id).with_for_update()
        ends = {end.id: end for end in session.scalars(found.execution_options(populate_existing=True))}
        ours = [one for one in group if one.call.id in ends]
        now = at or database_now(session)
        rows = {one.call.id: [_row(told, one.call, now) for told in one.told] for one in ours}
        _keep(session, [row for own in rows.values() for row in own])
        return {one.call.id for one in ours if _advance(ends[one.call.id], one, rows[one.call.id], me, now, lease)}


def _advance(
    end: WebhookEndpoint, one: Heard, rows: Sequence[dict[str, Any]], me: str, now: datetime, lease: timedelta
) -> bool:
    call, told = one.call, one.told
    # Somebody may have set the cursor back meanwhile; then that is where it goes on.
    if end.cursor == call.cursor:
        end.cursor = _cursor(call, told)
    end.furthest = max(end.furthest, end.cursor, *(each.parcel.seq or 0 for each in told))
    failed = next((each for each in told if not each.reply.ok), None)
    if told:
        # Who takes connections and then says nothing would be found there by every knock.
        end.unreachable = bool(failed and failed.reply.unreachable and failed.reply.error != "timeout")
        end.failing_since = (end.failing_since or now) if failed else None
    if any(_is_head(each.parcel, call) for each in told):
        end.held_until = None
    more = not failed and (call.more or len(told) < len(call.parcels)) and end.disabled_at is None
    end.lease_owner, end.free_at = (me, now + lease) if more else (None, None)
    if failed:
        _fail(end, failed, rows[-1], now)
    return more


def _cursor(call: Call, told: Sequence[Told]) -> int:
    """Up to where every event was taken up. One that failed is not passed as long as it holds the others back."""
    left = call.parcels[len(told) :]
    untold = [parcel.seq - 1 for parcel in left if parcel.event and parcel.seq is not None]
    failed = [one.parcel for one in told if not one.reply.ok]
    heads = [parcel.seq for parcel in (*failed, *left) if parcel.seq is not None and _is_head(parcel, call)]
    return min([call.reached, *untold, *heads])


def _is_head(parcel: Parcel, call: Call) -> bool:
    """Whether nothing behind it was told yet; otherwise it was overtaken or is a replay, and holds nothing back."""
    return parcel.seq is not None and parcel.seq >= call.cursor


def _row(one: Told, call: Call, now: datetime) -> dict[str, Any]:
    parcel, reply = one.parcel, one.reply
    attempts = parcel.attempts + 1
    due = None if reply.ok else next_try(attempts, now, reply.retry_after)
    status = Calling.DELIVERED if reply.ok else Calling.WAITING if due else Calling.FAILED
    told = {"at": stamp(one.at), "ms": reply.ms, "status": reply.status, "error": reply.error, "answer": reply.answer}
    return {
        "id": parcel.delivery or new_id(),
        "known": parcel.delivery is not None,
        "partner_id": call.partner_id,
        "endpoint_id": call.id,
        "event_id": parcel.event_id,
        "name": parcel.name,
        "seq": parcel.seq,
        "body": one.body,
        "status": status,
        "attempts": attempts,
        "due_at": due,
        "tries": [*parcel.tries, told][-MOST_TRIES:],
        "created_at": now,
    }


def _keep(session: Session, rows: list[dict[str, Any]]) -> None:
    fresh, known = [row for row in rows if not row["known"]], [row for row in rows if row["known"]]
    for row in fresh:
        del row["known"]
    if fresh:
        session.connection().execute(insert(WebhookDelivery), fresh)
    if known:
        changed = ("status", "attempts", "due_at", "tries")
        parameters = [{"row": row["id"]} | {f"new_{name}": row[name] for name in changed} for row in known]
        session.connection().execute(CHANGE, parameters)


def _fail(end: WebhookEndpoint, failed: Told, row: dict[str, Any], now: datetime) -> None:
    """Leave it in peace for a moment, hold back what is behind the newest event, and in the end give it up."""
    reply, due = failed.reply, row["due_at"]
    end.free_at = now + max(PAUSE, timedelta(seconds=reply.retry_after or 0))
    if due and row["seq"] is not None and row["seq"] >= end.cursor and row["attempts"] < HOLDS:
        end.held_until = due
    why = given_up(reply.status, end.failing_since or now, now)
    if why and end.disabled_at is None:
        log.error("endpoint disabled", endpoint=str(end.id), why=why)
        webhooks.disable(acts.clock(now), end, why)


def renew(me: str, ids: Sequence[UUID], lease: timedelta) -> None:
    """Hold on to what is still being told; who is being settled right now is passed over."""
    with transaction() as session:
        mine = WebhookEndpoint.id.in_(ids) & (WebhookEndpoint.lease_owner == me)
        held = session.scalars(select(WebhookEndpoint.id).where(mine).with_for_update(skip_locked=True)).all()
        _write(session, WebhookEndpoint.id.in_(held), free_at=database_now(session) + lease)


def release(me: str) -> None:
    """Give back whatever this worker still holds."""
    with transaction() as session:
        _write(session, WebhookEndpoint.lease_owner == me, lease_owner=None, free_at=None)


def _write(session: Session, which: ColumnElement[bool], **values: Any) -> None:
    session.execute(update(WebhookEndpoint).where(which).values(values).execution_options(synchronize_session=False))


# Endpoints where nobody listened are knocked at, so that they need not wait for their next try once they are back.


def away() -> list[tuple[UUID, str]]:
    session = db.session()
    try:
        gone = (
            WebhookEndpoint.unreachable,
            WebhookEndpoint.disabled_at.is_(None),
            WebhookEndpoint.lease_owner.is_(None),
        )
        own = WebhookDelivery.endpoint_id == WebhookEndpoint.id
        waiting = select(WebhookDelivery.id).where(own, WAITS, WebhookDelivery.due_at > database_now(session)).exists()
        found = select(WebhookEndpoint.id, WebhookEndpoint.url).where(*gone, waiting)
        return [(row.id, row.url) for row in session.execute(found.order_by(func.random()).limit(KNOCKED))]
    finally:
        session.rollback()


def back(ids: Sequence[UUID]) -> None:
    """They can be reached again: whatever waits for them is due, by a try that does not count if it is in vain."""
    with transaction() as session:
        now = database_now(session)
        free = WebhookEndpoint.id.in_(ids) & WebhookEndpoint.lease_owner.is_(None)
        found = session.scalars(select(WebhookEndpoint.id).where(free).with_for_update(skip_locked=True)).all()
        _write(session, WebhookEndpoint.id.in_(found), held_until=None, free_at=None, unreachable=False)
        waiting = (WebhookDelivery.endpoint_id.in_(found), WAITS)
        attempts = WebhookDelivery.attempts
        anew = {"due_at": now, "attempts": case((attempts > 0, attempts - 1), else_=0)}
        session.execute(update(WebhookDelivery).where(*waiting).values(anew))
