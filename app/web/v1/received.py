"""Webhooks that were received, and what became of each."""

from typing import Any
from uuid import UUID

from app import vault
from app.core.hooks import Arrival
from app.core.permissions import Action
from app.queries import sources
from app.web.v1.callers import caller
from app.web.v1.paging import Links, Paged, collection, resumed
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Id
from app.web.v1.statuses import Attributes


class ReceivedAsked(Paged):
    outcome: Arrival | None = None
    source_id: Id | None = None


class ReceivedBrief(Answer):
    """`done`, `refused` with its reason, or `unknown`: an event that nothing follows from here."""

    id: str
    source_id: str
    source: str
    key: str
    event: str
    outcome: str
    reason: str | None
    details: dict[str, Any] | None
    customer_id: str | None
    received_at: str
    attributes: Attributes


class ReceivedShown(ReceivedBrief):
    body: str | None


class ReceivedPage(Answer):
    total_count: int
    items: list[ReceivedBrief]
    links: Links
    attributes: Attributes


@route.get("/webhooks/received", needs=Action.MANAGE_SOURCES, asks=ReceivedAsked, gives=ReceivedPage)
def list_received(asked: ReceivedAsked) -> dict[str, Any]:
    """What was received with a good signature, the newest first; also from sources that were removed since."""
    after = resumed(UUID)
    rows = sources.received(caller(), asked.most + 1, asked.outcome, asked.source_id, after[0] if after else None)
    items = rows[: asked.most]
    return collection(items, [items[-1]["id"]] if len(rows) > asked.most else None)


@route.get("/webhooks/received/{receivedId}", needs=Action.MANAGE_SOURCES, gives=ReceivedShown, one=True)
def show_received(received_id: UUID) -> dict[str, Any]:
    """One of them, with its body as it was sent."""
    row, source, customer_id = sources.one_received(caller(), received_id)
    body = vault.open_(row.body) if row.body else None
    return sources.arrived(row, source, customer_id) | {"body": body}
