"""What is posted: an event as the feed has it, or as the vendor would tell it."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.evidence import stamp
from app.core.hooks import SigningScheme
from app.core.webhooks import RELATIONSHIP, RESOLD_RELATIONSHIP, TEST_CREATED
from app.hooks import vendor

# What a family of events is about: where it can be read, and what it is called.
RESOURCES = {
    "agreement": ("/v1/customers/{customer}/acceptance", "CustomerAgreement"),
    "invitation": ("/v1/customers/{customer}/invitations", "Invitation"),
    "draft": ("/v1/attestationdrafts", "AttestationDraft"),
    "endpoint": ("/v1/webhooks/endpoints/{endpoint}", "WebhookEndpoint"),
    "test": ("/webhooks/v1/registration/validationEvents/{event}", "test"),
}
CUSTOMER = ("/v1/customers/{customer}", "Customer")


def body(scheme: SigningScheme, name: str, event: dict[str, Any]) -> str:
    told = event if scheme is SigningScheme.STANDARD else _vendors(name, event)
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False)


def trial(scheme: SigningScheme, id: UUID, partner_id: UUID, at: datetime) -> str:
    """A message that says nothing, to see whether it arrives."""
    event: dict[str, Any] = {"id": f"evt_{id.hex}", "type": "test", "at": stamp(at), "seq": None}
    event |= {"partnerId": str(partner_id), "customerId": None, "data": {}}
    return body(scheme, "test" if scheme is SigningScheme.STANDARD else TEST_CREATED, event)


def _vendors(name: str, event: dict[str, Any]) -> dict[str, str | None]:
    related = name in (RELATIONSHIP, RESOLD_RELATIONSHIP)
    uri, resource = CUSTOMER if related else RESOURCES[event["type"].partition(".")[0]]
    ids = {"customer": event["customerId"], "endpoint": event["data"].get("endpointId")}
    ids["event"] = str(UUID(event["id"].split("_")[1]))
    return vendor.event(name, uri.format(**ids), resource, None, datetime.fromisoformat(event["at"]))
