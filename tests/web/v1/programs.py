"""Programs at the API: tokens of every kind, requests as programs send them, and refusals read back."""

import json
from contextvars import Context
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from app.auth import acts
from app.commands import staff as commands
from app.core.vocabulary import Role
from app.db import db
from app.models import Partner, ServiceAccount, Staff
from tests.channel import Case, company, customer, done, hire
from tests.web.tables import checksums

# What every refusal says, whatever it refuses.
MEMBERS = {"code", "description", "data", "source", "type", "title", "status", "detail", "instance", "reason"}
PROBLEM, VENDORS = "application/problem+json", "application/json"
MARIA = {"firstName": "Maria", "lastName": "Ek", "email": "maria@contoso.example", "phoneNumber": "+46 8 123 456"}
MCA, CLOUD = "MicrosoftCustomerAgreement", "MicrosoftCloudAgreement"
MCA_TEMPLATE, CLOUD_TEMPLATE = "117a77b0-9360-443b-8795-c6dedc750cf9", "998b88de-aa99-4388-a42c-1b3517d49490"
UNKNOWN = "0199f0c2-1111-7abc-8def-0123456789ab"


class Program:
    """One program with its token. Requests run as in production: each in a context and a session of its own."""

    def __init__(self, app: Flask, secret: str | None = None) -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def send(self, method: str, where: str, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        found = Context().run(
            self.client.open, where, method=method, headers=self.headers | (headers or {}), buffered=True, **more
        )
        db.session.rollback()
        return found

    def get(self, where: str, **more: Any) -> TestResponse:
        return self.send("GET", where, **more)

    def post(self, where: str, body: object = None, **more: Any) -> TestResponse:
        return self.send("POST", where, data=json.dumps(body), content_type="application/json", **more)

    def made(self, where: str, body: object, status: int = 201) -> Any:
        """What is answered where something was done."""
        found = self.post(where, body)
        assert (found.status_code, found.mimetype) == (status, "application/json"), found.text
        return found.json

    def refused(self, where: str, body: object = None, kind: str = PROBLEM) -> tuple[int, int, str]:
        """Status, code and reason of a refusal that has left no trace."""
        before = checksums()
        found = self.post(where, body)
        assert checksums() == before
        return refusal(found, kind)


def refusal(found: TestResponse, kind: str = PROBLEM) -> tuple[int, int, str]:
    """Status, code and reason, of an answer in the one shape that refusals have."""
    body = found.json
    assert found.mimetype == kind, found.text
    assert isinstance(body, dict)
    assert set(body) >= MEMBERS
    assert 0 < len(body["description"]) <= 1024
    assert (body["status"], body["source"], body["detail"]) == (found.status_code, "Assent", body["description"])
    assert isinstance(body["data"], list)
    assert type(body["code"]) is int
    return found.status_code, body["code"], body["reason"]


def token(holder: Staff | ServiceAccount | Partner, expires_in_days: int | None = None) -> str:
    """The secret of a new token: of a person, a service account, or the partner itself."""
    partner = holder if isinstance(holder, Partner) else db.session.get_one(Partner, holder.partner_id)
    person = None if isinstance(holder, Partner) else holder
    return done(commands.create_token, acts.console(), partner, person, expires_in_days)[1]


def program(app: Flask, holder: Staff | ServiceAccount | Partner) -> Program:
    """A program that has been used before, so that no note of a first use is written with what it does next."""
    found = Program(app, token(holder))
    found.get("/v1/attestationdrafts")
    return found


def account(partner: Partner, *roles: Role, name: str = "billing") -> ServiceAccount:
    return done(commands.open_service_account, acts.console(), partner, name, roles or [Role.ADMIN_AGENT])


def confirmation(**changes: Any) -> dict[str, Any]:
    """A body that attests, as the vendor's documents spell it."""
    given = {"primaryContact": MARIA, "templateId": MCA_TEMPLATE, "dateAgreed": "2026-01-31T00:00:00Z", "type": MCA}
    return {name: value for name, value in (given | changes).items() if value is not None}


def of(case: Case, what: str) -> str:
    """The address of something about a customer."""
    return f"/v1/customers/{case.machine.customer_id}/{what}"


def stranger(kind: Any) -> Case:
    """A customer of somebody else's."""
    return customer(company("Northwind", kind))


