"""Programs at the API: tokens of every kind, requests as programs send them, and refusals read back."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from functools import partial
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from app.auth import acts
from app.commands import staff as commands
from app.core.vocabulary import Role
from app.db import db, transaction
from app.models import Partner, ServiceAccount, Staff, Token
from tests.channel import Case, counts, done
from tests.web.tables import checksums
from tests.web.v1.conformity import conforms

# What every refusal says, whatever it refuses.
MEMBERS = {"code", "description", "data", "source", "type", "title", "status", "detail", "instance", "reason"}
VENDORS = re.compile(
    r"/webhooks/v1/.+|/v1/(customers(/[^/]+(/(agreements|orders|relationships|directsigned\w+))?)?"
    r"|domains/.+|relationships|compliance/.+|agreements|agreementtemplates/.+)",
    re.IGNORECASE,
)
BASE = "http://127.0.0.1:8000"
MARIA = {"firstName": "Maria", "lastName": "Ek", "email": "maria@contoso.example", "phoneNumber": "+46 8 123 456"}
EVA = MARIA | {"firstName": "Eva"}
MCA, CLOUD = "MicrosoftCustomerAgreement", "MicrosoftCloudAgreement"
MCA_TEMPLATE, CLOUD_TEMPLATE = "117a77b0-9360-443b-8795-c6dedc750cf9", "998b88de-aa99-4388-a42c-1b3517d49490"
UNKNOWN = "0199f0c2-1111-7abc-8def-0123456789ab"
Refusal = tuple[int, int, str]
NOT_FOUND: Refusal = (404, 1000, "not-found")
NOT_SIGNED_IN: Refusal = (401, 800001, "not-signed-in")
NO_ROLE: Refusal = (403, 900150, "role-not-allowed")


class Program:
    """One program with its token. Requests run as in production: each in a context and a session of its own."""

    def __init__(self, app: Flask, secret: str | None = None) -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def send(self, method: str, where: str, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        call = partial(self.client.open, where, method=method, buffered=True)
        found = Context().run(call, headers=self.headers | (headers or {}), **more)
        conforms(self.client.application, found)
        db.session.rollback()
        return found

    def get(self, where: str) -> Any:
        """What is there to be read."""
        found = self.send("GET", where)
        assert (found.status_code, found.mimetype) == (200, "application/json"), found.text
        return found.json

    def post(self, where: str, body: object, **more: Any) -> TestResponse:
        return self.send("POST", where, **({"data": json.dumps(body), "content_type": "application/json"} | more))

    def made(self, where: str, body: object, status: int = 201) -> Any:
        """What is answered where something was done."""
        found = self.post(where, body)
        assert (found.status_code, found.mimetype) == (status, "application/json"), found.text
        return found.json

    def says(self, where: str, body: object) -> Refusal:
        """Status, code and reason of a refusal."""
        return refusal(self.post(where, body))

    def refused(self, where: str, body: object) -> Refusal:
        """The same, of a refusal after which there is no row more and no machine moved."""
        before = counts()
        found = self.says(where, body)
        assert counts() == before
        return found


@contextmanager
def untouched() -> Iterator[None]:
    """Whatever is tried in here, nothing is written."""
    before = checksums()
    yield
    assert checksums() == before


def refusal(found: TestResponse) -> Refusal:
    """Status, code and reason, of an answer in the one shape that refusals have."""
    body, path = found.json, found.request.path.lower()
    assert isinstance(body, dict), found.text
    assert found.mimetype == ("application/json" if VENDORS.fullmatch(path) else "application/problem+json")
    assert set(body) >= MEMBERS
    assert 0 < len(body["description"]) <= 1024
    assert (body["status"], body["instance"], body["source"]) == (found.status_code, path, "Assent")
    assert (body["detail"], body["type"]) == (body["description"], f"urn:assent:problem:{body['reason']}")
    assert isinstance(body["data"], list)
    assert type(body["code"]) is int
    return found.status_code, body["code"], body["reason"]


Holder = Staff | ServiceAccount | Partner


def token(holder: Holder, expires_in_days: int | None = None) -> str:
    """The secret of a new token: of a person, a service account, or the partner itself."""
    return done(_create_token, holder, expires_in_days)[1]


def _create_token(holder: Holder, expires_in_days: int | None = None) -> tuple[Token, str]:
    partner = holder if isinstance(holder, Partner) else db.session.get_one(Partner, holder.partner_id)
    return commands.create_token(
        acts.console(), partner, None if isinstance(holder, Partner) else holder, expires_in_days
    )


def program(app: Flask, holder: Holder) -> Program:
    """A program that has been used before, so that no note of a first use is written with what it does next."""
    with transaction():
        row, secret = _create_token(holder)
        row.last_used_at = acts.now()
    return Program(app, secret)


def account(partner: Partner, *roles: Role, name: str = "billing") -> ServiceAccount:
    return done(commands.open_service_account, acts.console(), partner, name, roles or [Role.ADMIN_AGENT])


def confirmation(**changes: Any) -> dict[str, Any]:
    """A body that attests, as the vendor's documents spell it; None leaves a member out."""
    given = {"primaryContact": MARIA, "templateId": MCA_TEMPLATE, "dateAgreed": "2026-01-31T00:00:00Z", "type": MCA}
    return {name: value for name, value in (given | changes).items() if value is not None}


def of(case: Case, what: str) -> str:
    """The address of something about a customer."""
    return f"/v1/customers/{case.machine.customer_id}/{what}"


def question(case: Case, operation: str = "new-purchase", **more: str) -> dict[str, str]:
    return {"customerId": str(case.machine.customer_id), "operation": operation} | more


def order(*offers: str) -> dict[str, Any]:
    """An order of one seat of each."""
    lines = [{"lineItemNumber": number, "offerId": offer, "quantity": 1} for number, offer in enumerate(offers)]
    return {"lineItems": lines or [{"lineItemNumber": 0, "offerId": "CFQ7TTC0LH16:0001", "quantity": 1}]}
