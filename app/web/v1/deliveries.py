"""Deliveries: what was posted to the endpoints, what came back, and how to have it sent again."""

from typing import Any
from uuid import UUID

from app.commands import webhooks
from app.core.hooks import Calling
from app.core.permissions import Action
from app.core.refusals import Reason, Refused, refuse_if
from app.queries import webhooks as queries
from app.queries.changes import number
from app.web.v1.callers import caller
from app.web.v1.changes import Cursor
from app.web.v1.paging import Links, Paged, collection, resumed
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Id, Moment, Shape
from app.web.v1.statuses import Attributes

ALL = "/webhooks/deliveries"
ONE = "/webhooks/deliveries/{deliveryId}"


class Asked(Paged):
    endpoint_id: Id | None = None
    status: Calling | None = None


class Try(Answer):
    """One try: `status` is what the endpoint answered, `error` why there was no answer."""

    at: str
    ms: int
    status: int | None
    error: str | None
    answer: str


class DeliveryShown(Answer):
    """One event for one endpoint."""

    id: str
    endpoint_id: str
    event_id: str
    type: str
    seq: int | None
    status: str
    attempts: int
    next_try: str | None
    tries: list[Try]
    created_at: str
    body: str | None = None
    attributes: Attributes


class Deliveries(Answer):
    total_count: int
    items: list[DeliveryShown]
    links: Links
    attributes: Attributes


class Again(Shape):
    since: Moment | None = None
    after: Cursor | None = None
    endpoint_id: Id | None = None


class Replayed(Answer):
    """How many deliveries are due again; null where the feed is told anew from a cursor."""

    deliveries: int | None


@route.get(ALL, needs=Action.MANAGE_HOOKS, asks=Asked, gives=Deliveries)
def list_deliveries(asked: Asked) -> dict[str, Any]:
    """List deliveries, the newest first; they are kept for 30 days, those that wait for as long as they do."""
    [before] = resumed(UUID) or [None]
    rows, end = queries.deliveries(caller(), asked.endpoint_id, asked.status, asked.most, before)
    return collection([queries.shown_delivery(row) for row in rows], [str(end)] if end else None)


@route.get(ONE, needs=Action.MANAGE_HOOKS, gives=DeliveryShown, one=True)
def show_delivery(delivery_id: UUID) -> dict[str, Any]:
    """Read one delivery with the body that was posted."""
    sent = queries.delivery(caller(), delivery_id)
    return queries.shown_delivery(sent) | {"body": sent.body}


@route.post(f"{ONE}/replay", needs=Action.MANAGE_HOOKS, gives=DeliveryShown)
def replay_delivery(delivery_id: UUID) -> dict[str, Any]:
    """Send one again: the same body under the same `webhook-id`."""
    sent = queries.delivery(caller(), delivery_id)
    webhooks.replay(caller(), sent)
    return queries.shown_delivery(sent)


@route.post(f"{ALL}/replay", needs=Action.MANAGE_HOOKS, asks=Again, gives=Replayed)
def replay_deliveries(asked: Again) -> dict[str, Any]:
    """Send many again: of those tried first `since` a time all that failed, or to one endpoint all `after` a cursor."""
    refuse_if((asked.since is None) == (asked.after is None), Reason.MISSING_FIELD, field="since, or after")
    if asked.since:
        if asked.endpoint_id:
            queries.endpoint(caller(), asked.endpoint_id)
        return {"deliveries": webhooks.replay_failures(caller(), asked.since, asked.endpoint_id)}
    if asked.endpoint_id is None:
        raise Refused(Reason.MISSING_FIELD, field="endpointId")
    webhooks.rewind(caller(), queries.endpoint(caller(), asked.endpoint_id), number(asked.after))
    return {"deliveries": None}
