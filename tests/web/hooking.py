"""Systems that send webhooks, as their sources expect them: signed with a secret, or by a certificate."""

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from standardwebhooks import Webhook
from werkzeug.test import TestResponse

from app import vault
from app.auth import acts
from app.commands import sources
from app.commands.sources import Trusted
from app.core.vocabulary import PartnerType
from app.hooks import signing
from app.models import HookSource, Partner
from tests.channel import company, done
from tests.hooks.publisher import Publisher
from tests.hooks.signers import VENDOR, der, leaf, pem, root, signature
from tests.web.v1.programs import Program

EVENT = {"type": "weather.changed", "data": {"sky": "blue"}}
NOTICE = {
    "EventName": "weather-changed",
    "ResourceUri": "/v1/weather/blue",
    "ResourceName": "Weather",
    "AuditUri": None,
    "ResourceChangeUtcDate": "2026-01-01T00:00:00.1234567+00:00",
}


@dataclass(frozen=True)
class Sent:
    """One request, to be spoilt: None takes a header away."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    def but(self, body: bytes | None = None, **headers: str | None) -> "Sent":
        changed = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in changed.items() if value is not None}
        return replace(self, body=self.body if body is None else body, headers=kept)


@dataclass(frozen=True)
class Receiver:
    """A partner's source, and who posts to it."""

    app: Flask
    source: HookSource

    def post(self, sent: Sent) -> TestResponse:
        where = f"/hooks/{self.source.id}"
        return Program(self.app).send("POST", where, data=sent.body, headers=sent.headers)


def partner(name: str = "Fabrikam") -> Partner:
    return company(name, PartnerType.DIRECT_BILL)


def by_secret(app: Flask, owner: Partner, name: str = "Shop") -> tuple[Receiver, str]:
    secret = signing.new_secret()
    source = done(sources.add, acts.console(), owner, name, vault.seal(secret))
    return Receiver(app, source), secret


def by_certificate(app: Flask, owner: Partner, *hosts: str, name: str = "Vendor", roots: bytes = b"") -> Receiver:
    trusted = Trusted(hosts, VENDOR, (roots or pem(root())).decode())
    return Receiver(app, done(sources.add, acts.console(), owner, name, trusted))


def raw(told: Any) -> bytes:
    return json.dumps(told).encode()


def signed(secret: str, body: bytes, id: str = "msg_1", late: timedelta = timedelta()) -> Sent:
    """By the library that its receivers use."""
    at = datetime.now(UTC) + late
    found = Webhook(secret).sign(id, at, body.decode())
    return Sent(body, {"webhook-id": id, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": found})


def notice(**changes: Any) -> bytes:
    return raw(NOTICE | {"ResourceChangeUtcDate": datetime.now(UTC).isoformat()} | changes)


def certified(url: str, body: bytes, by: bytes | None = None) -> Sent:
    """As the vendor signs; by another signature where one is given."""
    value = base64.b64encode(signature(body) if by is None else by).decode()
    headers = {"Authorization": f"Signature {value}", "X-MS-Certificate-Url": url}
    return Sent(body, headers | {"X-MS-Signature-Algorithm": "rsa-sha256"})


def good(publisher: Publisher, path: str = "/vendor.cer") -> str:
    return publisher.publish(path, der(leaf()))
