"""What an endpoint is to be told next: deliveries that are due again, and the events of the feed it has not heard."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.hooks import Calling, SigningScheme
from app.core.policy import Rulebook
from app.core.vocabulary import NewsType
from app.core.webhooks import VENDOR_EVENTS, VENDORS, hears, in_force, vendor_names
from app.db import database_now, db
from app.models import WAITS, Invitation, Machine, WebhookDelivery, WebhookEndpoint
from app.queries import changes, rulebooks

BATCH = 200
LEASED = (
    *(WebhookEndpoint.id, WebhookEndpoint.partner_id, WebhookEndpoint.url, WebhookEndpoint.scheme),
    *(WebhookEndpoint.events, WebhookEndpoint.secret, WebhookEndpoint.former_secret, WebhookEndpoint.former_until),
    *(WebhookEndpoint.own_header, WebhookEndpoint.cursor, WebhookEndpoint.furthest, WebhookEndpoint.held_until),
)
MOST_PAGES, FRESH = 50, timedelta(seconds=10)


@dataclass(frozen=True)
class _Page:
    events: list[dict[str, Any]]
    until: datetime


_pages: dict[tuple[UUID, int], _Page] = {}


@dataclass(frozen=True)
class Parcel:
    """One message: an event under one name. Its body is made when it is first sent, and kept."""

    event_id: str
    name: str
    seq: int | None
    event: dict[str, Any] | None = None
    body: str | None = None
    attempts: int = 0
    delivery: UUID | None = None
    tries: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Call:
    """An endpoint that is leased, and what it is to be told next."""

    id: UUID
    partner_id: UUID
    url: str
    scheme: SigningScheme
    # Sealed, as they are stored.
    secrets: tuple[bytes, ...]
    own_header: bool
    parcels: list[Parcel]
    # Where the feed was read from and to; events that nobody wants to hear have no parcel.
    cursor: int
    reached: int
    more: bool


def load(me: str, ids: Sequence[UUID], base: Rulebook, at: datetime | None = None) -> dict[UUID, Call | Exception]:
    """What leased endpoints are to be told, in order; those whose lease is lost are not among them.

    Trouble with what one of them is to be told is its own, and stands in its place.
    """
    session = db.session()
    try:
        now = at or database_now(session)
        held = (WebhookEndpoint.lease_owner == me, WebhookEndpoint.disabled_at.is_(None))
        ends = session.execute(select(*LEASED).where(WebhookEndpoint.id.in_(ids), *held)).all()
        due = (WebhookDelivery.endpoint_id.in_(ids), WAITS, WebhookDelivery.due_at <= now)
        again = set(session.scalars(select(WebhookDelivery.endpoint_id).where(*due).distinct()))
        return {end.id: _tried(session, end, end.id in again, base, now) for end in ends}
    finally:
        session.rollback()


def _tried(session: Session, end: Any, again: bool, base: Rulebook, now: datetime) -> Call | Exception:
    try:
        return _call(session, end, again, base, now)
    except Exception as error:
        return error


def _call(session: Session, end: Any, again: bool, base: Rulebook, now: datetime) -> Call:
    waiting = _due(session, end, now) if again else []
    held = end.held_until is not None and end.held_until > now
    heard = [] if held else _news(end.partner_id, end.cursor, base, now)
    return Call(
        *(end.id, end.partner_id, end.url, end.scheme, in_force(end, now), end.own_header),
        parcels=waiting + list(_parcels(session, end, heard)),
        cursor=end.cursor,
        reached=heard[-1]["seq"] if heard else end.cursor,
        more=len(heard) == BATCH or len(waiting) == BATCH,
    )


def _news(partner: UUID, cursor: int, base: Rulebook, now: datetime) -> list[dict[str, Any]]:
    """The events after a number. Many endpoints of a partner read the same full page within a moment."""
    page = _pages.get((partner, cursor))
    if page and page.until > now:
        return page.events
    rows = changes.after_number(partner, cursor, BATCH)
    found = changes.events(rows, rulebooks.of(base, partner), now) if rows else []
    if len(found) == BATCH:
        if len(_pages) >= MOST_PAGES:
            _pages.clear()
        _pages[partner, cursor] = _Page(found, now + FRESH)
    return found


def _due(session: Session, end: Any, now: datetime) -> list[Parcel]:
    """What is to be tried again, the oldest event first."""
    own = (WebhookDelivery.endpoint_id == end.id, WAITS)
    due = select(WebhookDelivery).where(*own, WebhookDelivery.due_at <= now)
    rows = session.scalars(due.order_by(WebhookDelivery.seq, WebhookDelivery.id).limit(BATCH))
    return [
        Parcel(row.event_id, row.name, row.seq, None, row.body, row.attempts, row.id, list(row.tries)) for row in rows
    ]


def _parcels(session: Session, end: Any, heard: list[dict[str, Any]]) -> Iterator[Parcel]:
    """Events of the feed that the endpoint wants to hear. One that waits for another try already is left to it."""
    wanted = {name: hears(end.events, name) for name in (*NewsType, *VENDOR_EVENTS)} if heard else {}
    named = [(event, name) for event, name in _named(session, end, heard) if wanted[name]]
    columns = (WebhookDelivery.id, WebhookDelivery.event_id, WebhookDelivery.name, WebhookDelivery.status)
    former = [event["id"] for event, _ in named if event["seq"] <= end.furthest]
    sent = select(*columns, WebhookDelivery.tries, WebhookDelivery.body).where(
        WebhookDelivery.endpoint_id == end.id, WebhookDelivery.event_id.in_(former)
    )
    known = {(row.event_id, row.name): row for row in session.execute(sent)} if former else {}
    for event, name in named:
        row = known.get((event["id"], name))
        if row is None:
            yield Parcel(event["id"], name, event["seq"], event)
        elif row.status is not Calling.WAITING:
            yield Parcel(event["id"], name, event["seq"], event, row.body, 0, row.id, list(row.tries))


def _named(session: Session, end: Any, heard: list[dict[str, Any]]) -> Iterable[tuple[dict[str, Any], str]]:
    if end.scheme is SigningScheme.STANDARD:
        return [(event, event["type"]) for event in heard]
    invitations = {id for event in heard if (id := _asked(event))}
    asked = select(Invitation.id, Invitation.kind, Machine.reseller_id).join(
        Machine, Machine.id == Invitation.machine_id
    )
    rows = session.execute(asked.where(Invitation.id.in_([UUID(id) for id in invitations])))
    known = {str(row.id): (row.kind, row.reseller_id is not None) for row in rows}
    return [
        # Two notifications of one event are two messages, each with an id of its own.
        (event if name == VENDORS[event["type"]] else {**event, "id": f"{event['id']}_r"}, name)
        for event in heard
        for name in vendor_names(NewsType(event["type"]), *known.get(_asked(event) or "", (None, False)))
    ]


def _asked(event: dict[str, Any]) -> str | None:
    """The invitation that an event's agreement was last asked with."""
    return (event["data"].get("invitation") or {}).get("id")
