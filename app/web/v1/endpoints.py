"""Endpoints: the addresses that are told of what happens, as Standard Webhooks say."""

from typing import Annotated, Any
from uuid import UUID

from flask import Response
from pydantic import Field, WithJsonSchema

from app import vault
from app.commands import webhooks
from app.commands.webhooks import Wanted
from app.core.permissions import Action
from app.core.webhooks import MOST_PATTERNS, PATTERNS
from app.db import new_id
from app.hooks import bodies, signing
from app.models import WebhookDelivery, WebhookEndpoint
from app.queries import webhooks as queries
from app.web.v1.addresses import Url, vetted
from app.web.v1.callers import caller
from app.web.v1.deliveries import DeliveryShown
from app.web.v1.paging import Links, collection
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Flag, Line, Shape, line
from app.web.v1.statuses import Attributes

Pattern = Annotated[str, *line(80), WithJsonSchema({"type": "string", "enum": list(PATTERNS)})]
Events = Annotated[list[Pattern], Field(min_length=1, max_length=MOST_PATTERNS)]
ALL = "/webhooks/endpoints"
ONE = "/webhooks/endpoints/{endpointId}"


class NewEndpoint(Shape):
    url: Url
    events: Events
    description: Line | None = None


class EndpointChange(Shape):
    url: Url | None = None
    events: Events | None = None
    description: Line | None = None
    enabled: Flag | None = None


class EndpointShown(Answer):
    """`secret` stands only in the answer that made it."""

    id: str
    url: str
    events: list[str]
    description: str | None
    scheme: str
    enabled: bool
    disabled_at: str | None
    disabled_reason: str | None
    failing_since: str | None
    cursor: str
    created_at: str
    secret: str | None = None
    attributes: Attributes


class Endpoints(Answer):
    total_count: int
    items: list[EndpointShown]
    links: Links
    attributes: Attributes


@route.post(ALL, needs=Action.MANAGE_HOOKS, takes=NewEndpoint, gives=EndpointShown, status=201, ahead=vetted)
def add_endpoint(given: NewEndpoint, ahead: None) -> dict[str, Any]:
    """Add an endpoint: from now on events are posted there, in their order.

    `events` names types (`agreement.blocked`), families (`agreement.*`) or everything (`*`). The answer holds the
    `secret` that signs, this once. The address has to be https and public; the operator may allow others.
    """
    secret = signing.new_secret()
    wanted = Wanted(given.url, given.events, given.description)
    return queries.shown_endpoint(webhooks.add(caller(), wanted, vault.seal(secret))) | {"secret": secret}


@route.get(ALL, needs=Action.MANAGE_HOOKS, gives=Endpoints)
def list_endpoints() -> dict[str, Any]:
    """List the endpoints, the vendor-style registration among them."""
    return collection([queries.shown_endpoint(one) for one in queries.endpoints(caller())])


@route.get(ONE, needs=Action.MANAGE_HOOKS, gives=EndpointShown, one=True)
def show_endpoint(endpoint_id: UUID) -> dict[str, Any]:
    """Read one endpoint: whether it is enabled, since when it fails, and how far it came in the feed."""
    return queries.shown_endpoint(queries.endpoint(caller(), endpoint_id))


@route.patch(ONE, needs=Action.MANAGE_HOOKS, takes=EndpointChange, gives=EndpointShown, ahead=vetted)
def change_endpoint(endpoint_id: UUID, given: EndpointChange, ahead: None) -> dict[str, Any]:
    """Change an endpoint; members that are left out stay as they are.

    An endpoint that was disabled and is enabled again goes on where it stopped: nothing is lost. `enabled`: true has
    whatever waits for its next try sent at once, also where the endpoint was not disabled.
    """
    end = queries.endpoint(caller(), endpoint_id)
    webhooks.change(caller(), end, Wanted(given.url, given.events, given.description, given.enabled))
    return queries.shown_endpoint(end)


@route.delete(ONE, needs=Action.MANAGE_HOOKS, status=204)
def remove_endpoint(endpoint_id: UUID) -> Response:
    """Remove an endpoint, and the log of what was delivered there."""
    webhooks.remove(caller(), queries.endpoint(caller(), endpoint_id))
    return Response(status=204)


@route.post(f"{ONE}/rotate", needs=Action.MANAGE_HOOKS, gives=EndpointShown)
def rotate_secret(endpoint_id: UUID) -> dict[str, Any]:
    """Replace the secret. For 24 hours every message carries two signatures, of the new secret and of the former."""
    end, secret = queries.endpoint(caller(), endpoint_id), signing.new_secret()
    webhooks.rotate(caller(), end, vault.seal(secret))
    return queries.shown_endpoint(end) | {"secret": secret}


@route.post(f"{ONE}/test", needs=Action.MANAGE_HOOKS, gives=DeliveryShown, status=202, refuses=(429,))
def test_endpoint(endpoint_id: UUID) -> dict[str, Any]:
    """Send a test event; what became of it stands in the delivery. At most two a minute."""
    return queries.shown_delivery(send_test(queries.endpoint(caller(), endpoint_id)))


def send_test(end: WebhookEndpoint) -> WebhookDelivery:
    id, act = new_id(), caller()
    return webhooks.test(act, end, bodies.trial(end.scheme, id, end.partner_id, act.at), id)
