"""Registration in the vendor's way: one address of the partner's, told in the vendor's words under its signature."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from flask import Response
from pydantic import ConfigDict, Field, RootModel, WithJsonSchema
from pydantic.alias_generators import to_pascal

from app import certificate as certificates
from app.commands import webhooks
from app.core.hooks import Calling
from app.core.permissions import Action
from app.core.refusals import Reason, Refused, refuse_if
from app.core.webhooks import MOST_PATTERNS, VENDOR_EVENTS
from app.hooks.vendor import certificate_name
from app.installation import installation
from app.models import WebhookDelivery, WebhookEndpoint
from app.queries import webhooks as queries
from app.web.v1.addresses import Url, vet
from app.web.v1.callers import caller
from app.web.v1.endpoints import send_test
from app.web.v1.routes import EVERYBODY, route
from app.web.v1.shape import Answer, Flag, Shape, line

BASE = "/webhooks/v1"
HERE = "/registration"
TESTS = "/registration/validationEvents"
CERTIFICATE = "application/pkix-cert"
# What an address once sent leads to stays as it is, until there is nothing there any more.
FOR_GOOD = "public, max-age=86400, immutable"
PHRASES = {known.value: known.phrase.replace(" ", "") for known in HTTPStatus}
VENDORS: dict[str, Any] = {"base": BASE, "needs": Action.MANAGE_HOOKS, "vendors": True}

# Read in any case of letters, described as the vendor spells it.
Event = Annotated[str, *line(80), WithJsonSchema({"type": "string", "enum": list(VENDOR_EVENTS)})]


class NewRegistration(Shape):
    """The vendor spells the members of a registration in capitals, and no others."""

    model_config = ConfigDict(alias_generator=to_pascal)

    webhook_url: Url
    webhook_events: Annotated[list[Event], Field(min_length=1, max_length=MOST_PATTERNS)]
    signature_token_to_ms_signature_header: Flag = False


class EventNames(RootModel[list[str]]):
    """A plain list of names."""


class RegistrationShown(Answer):
    model_config = ConfigDict(alias_generator=to_pascal)

    webhook_url: str
    webhook_events: list[str]


class Registered(RegistrationShown):
    subscriber_id: str


class ValidationMade(Answer):
    correlation_id: str


class ValidationResult(Answer):
    """One attempt."""

    response_code: str | None
    response_message: str
    system_error: bool
    date_time_utc: str


class ValidationShown(Answer):
    correlation_id: str
    partner_id: str
    status: str
    callback_url: str
    results: list[ValidationResult]


def vetted(given: Any) -> None:
    vet(given.webhook_url)


TAKES: dict[str, Any] = {"takes": NewRegistration, "ahead": vetted, "gives": Registered}


@route.get(f"{HERE}/events", gives=EventNames, **VENDORS)
def list_registration_events() -> list[str]:
    """List the events that can be registered for.

    Of the vendor's events `test-created` and the two of a relationship that was accepted; the others are our own.
    """
    return list(VENDOR_EVENTS)


@route.post(HERE, **VENDORS, **TAKES)
def register(given: NewRegistration, ahead: None) -> dict[str, Any]:
    """Register the one address that is told in the vendor's way; change it with PUT.

    Notifications are signed with RSA: over the body in `Authorization: Signature …`, or in `x-ms-signature` where
    `SignatureTokenToMsSignatureHeader` is true; `X-MS-Certificate-Url` leads to the certificate. As that signature
    could be sent again by anybody, `webhook-signature` holds a second one, over `webhook-id`, `webhook-timestamp` and
    the body, with dots between them.
    """
    own_header = given.signature_token_to_ms_signature_header
    return _registered(webhooks.register(caller(), given.webhook_url, given.webhook_events, own_header))


@route.get(HERE, gives=RegistrationShown, **VENDORS)
def show_registration() -> dict[str, Any]:
    """Read the registration."""
    return _shown(_registration())


@route.put(HERE, **VENDORS, **TAKES)
def register_anew(given: NewRegistration, ahead: None) -> dict[str, Any]:
    """Replace the registration. One that was disabled goes on where it stopped."""
    end, own_header = _registration(), given.signature_token_to_ms_signature_header
    webhooks.register_anew(caller(), end, given.webhook_url, given.webhook_events, own_header)
    return _registered(end)


@route.post(TESTS, gives=ValidationMade, refuses=(429,), **VENDORS)
def validate() -> dict[str, Any]:
    """Have a `test-created` sent to the registered address; at most two a minute."""
    return {"correlationId": str(send_test(_registration()).id)}


@route.get(f"{TESTS}/{{correlationId}}", gives=ValidationShown, **VENDORS)
def show_validation(correlation_id: UUID) -> dict[str, Any]:
    """Read what became of it, attempt by attempt; kept for seven days."""
    return _validated(*queries.validation(caller(), correlation_id))


@route.get("/certificates/{certificate}", base=BASE, needs=EVERYBODY, vendors=True, media=CERTIFICATE)
def show_certificate(certificate: str) -> Response:
    """The certificate that notifications are verified by, where `X-MS-Certificate-Url` says it is.

    X.509 as DER. Under its name there is never another one.
    """
    config = installation().config
    content = certificates.signer(config.keys_dir, config.base_url).certificate
    refuse_if(certificate != certificate_name(content), Reason.NOT_FOUND, what="certificate name")
    return Response(content, content_type=CERTIFICATE, headers={"Cache-Control": FOR_GOOD})


def _registration() -> WebhookEndpoint:
    found = webhooks.registration(caller())
    if found is None:
        raise Refused(Reason.NOT_REGISTERED)
    return found


def _shown(end: WebhookEndpoint) -> dict[str, Any]:
    return {"WebhookUrl": end.url, "WebhookEvents": end.events}


def _registered(end: WebhookEndpoint) -> dict[str, Any]:
    return {"SubscriberId": str(end.id), **_shown(end)}


def _validated(sent: WebhookDelivery, url: str) -> dict[str, Any]:
    return {
        "correlationId": str(sent.id),
        "partnerId": str(sent.partner_id),
        "status": "pending" if sent.status is Calling.WAITING else "completed",
        "callbackUrl": url,
        "results": [_attempt(one) for one in sent.tries],
    }


def _attempt(one: dict[str, Any]) -> dict[str, Any]:
    """The vendor names statuses as its platform does: `NotFound`."""
    status = one["status"]
    return {
        "responseCode": PHRASES.get(status, str(status)) if status else None,
        "responseMessage": one["answer"] or one["error"] or "",
        "systemError": status is None,
        "dateTimeUtc": one["at"],
    }
