"""A partner's endpoints, and what was delivered to them."""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, select

from app.core.act import Act
from app.core.evidence import stamp
from app.core.hooks import Calling
from app.core.permissions import Action, require
from app.core.refusals import Reason, Refused
from app.core.webhooks import TEST_CREATED, TESTS_KEPT
from app.db import db
from app.models import FAILED, WAITS, WebhookDelivery, WebhookEndpoint

T = TypeVar("T", WebhookEndpoint, WebhookDelivery)


LISTED = {
    Calling.WAITING: WAITS,
    Calling.FAILED: FAILED,
    Calling.DELIVERED: WebhookDelivery.status == Calling.DELIVERED,
}


def endpoint(act: Act, id: UUID) -> WebhookEndpoint:
    return _found(_own(act, WebhookEndpoint).where(WebhookEndpoint.id == id), "endpoint id")


def endpoints(act: Act) -> list[WebhookEndpoint]:
    return list(db.session.scalars(_own(act, WebhookEndpoint).order_by(WebhookEndpoint.id)))


def newest(act: Act, ends: Iterable[WebhookEndpoint]) -> dict[UUID, WebhookDelivery]:
    """What each of these heard last; the ids of events are in the order of time."""
    mine = _own(act, WebhookDelivery).order_by(WebhookDelivery.event_id.desc()).limit(1)
    found = (db.session.scalar(mine.where(WebhookDelivery.endpoint_id == end.id)) for end in ends)
    return {row.endpoint_id: row for row in found if row}


def delivery(act: Act, id: UUID) -> WebhookDelivery:
    return _found(_own(act, WebhookDelivery).where(WebhookDelivery.id == id), "delivery id")


def deliveries(
    act: Act, endpoint_id: UUID | None, status: Calling | None, size: int, before: UUID | None
) -> tuple[list[WebhookDelivery], UUID | None]:
    """The newest first; with where to go on, if there are more."""
    query = _own(act, WebhookDelivery)
    if endpoint_id:
        query = query.where(WebhookDelivery.endpoint_id == endpoint_id)
    if status:
        query = query.where(LISTED[status])
    if before:
        query = query.where(WebhookDelivery.id < before)
    rows = list(db.session.scalars(query.order_by(WebhookDelivery.id.desc()).limit(size + 1)))
    return rows[:size], rows[size - 1].id if len(rows) > size else None


def validation(act: Act, id: UUID) -> tuple[WebhookDelivery, str]:
    """A test that was sent to the vendor-style registration, and the address there."""
    test = (WebhookDelivery.name == TEST_CREATED, WebhookDelivery.created_at > act.at - TESTS_KEPT)
    found = _found(_own(act, WebhookDelivery).where(WebhookDelivery.id == id, *test), "correlation id")
    return found, endpoint(act, found.endpoint_id).url


def _own(act: Act, table: type[T]) -> Select[T]:
    require(act, Action.MANAGE_HOOKS)
    return select(table).where(table.partner_id == act.partner_id)


def _found(query: Select[T], what: str) -> T:
    found = db.session.scalar(query)
    if found is None:
        raise Refused(Reason.NOT_FOUND, what=what)
    return found


def shown_endpoint(end: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": str(end.id),
        "url": end.url,
        "events": end.events,
        "description": end.description,
        "scheme": end.scheme,
        "enabled": end.disabled_at is None,
        "disabledAt": _time(end.disabled_at),
        "disabledReason": end.disabled_why,
        "failingSince": _time(end.failing_since),
        "cursor": str(end.cursor),
        "createdAt": stamp(end.created_at),
        "attributes": {"objectType": "WebhookEndpoint"},
    }


def shown_delivery(sent: WebhookDelivery) -> dict[str, Any]:
    return {
        "id": str(sent.id),
        "endpointId": str(sent.endpoint_id),
        "eventId": sent.event_id,
        "type": sent.name,
        "seq": sent.seq,
        "status": sent.status,
        "attempts": sent.attempts,
        "nextTry": _time(sent.due_at),
        "tries": sent.tries,
        "createdAt": stamp(sent.created_at),
        "attributes": {"objectType": "WebhookDelivery"},
    }


def _time(at: Any) -> str | None:
    return stamp(at) if at else None
