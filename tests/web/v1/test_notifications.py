"""The vendor's notifications from end to end: registered by the API, posted by a worker, verified by their receiver."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.commands import invitations
from app.commands.invitations import Ask
from app.core.act import Act
from app.core.hooks import SigningScheme
from app.core.vocabulary import InvitationKind, NewsType
from app.core.webhooks import VENDORS
from app.db import db
from app.hooks import bodies
from app.models import Invitation, NewsCounter, Partner, WebhookEndpoint
from tests.cast import MARIA
from tests.channel import Case, Channel, act, customer, done
from tests.model.agreeing_begun import accept
from tests.receiver import ALLOWED, Answer, Posted, Receiver
from tests.web.v1.conftest import Desk
from tests.web.v1.programs import BASE, UNKNOWN, Program, program
from tests.working import settings, work

HERE, TESTS = "/webhooks/v1/registration", "/webhooks/v1/registration/validationEvents"
AGREEMENT, TEST = "agreement-accepted-by-customer", "test-created"
RELATIONSHIP = "reseller-relationship-accepted-by-customer"
RESOLD = "indirect-reseller-relationship-accepted-by-customer"


def register(app: Flask, partner: Partner, receiver: Receiver, *events: str, **more: bool) -> Program:
    """The partner's own program, its registration made."""
    who = program(app, partner)
    who.made(HERE, {"WebhookUrl": receiver.url, "WebhookEvents": events} | more, 200)
    return who


def invited(by: Act, case: Case, kind: InvitationKind) -> Invitation:
    ask = Ask(kind, MARIA, "en", send=False)
    return done(invitations.invite, by, case.machine, case.relationship, ask, case.rules)


def agree(by: Act, case: Case, kind: InvitationKind = InvitationKind.RELATIONSHIP) -> None:
    """A customer is asked and accepts."""
    asked = invited(by, case, kind)
    done(accept, acts.now() + timedelta(seconds=1), case.machine, case.relationship, asked, case.rules)


def told(partner: Partner) -> bool:
    """Whether the worker has gone through all that happened."""
    end = db.session.scalar(select(WebhookEndpoint).where(WebhookEndpoint.partner_id == partner.id))
    newest = db.session.scalar(select(NewsCounter.seq).where(NewsCounter.partner_id == partner.id))
    return end is not None and newest is not None and end.cursor == newest


def verified(app: Flask, posted: Posted, header: str = "authorization") -> Any:
    """What a receiver reads, once it has fetched the certificate and found both signatures good, and none that lies."""
    url = posted.headers["x-ms-certificate-url"]
    assert url.startswith(f"{BASE}/webhooks/v1/certificates/")
    fetched = app.test_client().get(url.removeprefix(BASE))
    assert (fetched.status_code, fetched.mimetype) == (200, "application/pkix-cert")
    key = x509.load_der_x509_certificate(fetched.data).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert posted.headers["x-ms-signature-algorithm"] == "rsa-sha256"
    scheme, _, signature = posted.headers[header].partition(" ")
    assert scheme == "Signature"
    key.verify(base64.b64decode(signature), posted.body, padding.PKCS1v15(), SHA256())
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(signature), posted.body + b" ", padding.PKCS1v15(), SHA256())
    version, _, ours = posted.headers["webhook-signature"].partition(",")
    assert version == "v1rsa"
    stamped = f"{posted.id}.{posted.headers['webhook-timestamp']}.".encode() + posted.body
    key.verify(base64.b64decode(ours), stamped, padding.PKCS1v15(), SHA256())
    return json.loads(posted.body)


def test_a_customer_that_accepts_is_told_of_twice_in_the_vendors_words(desk: Desk, receiver: Receiver) -> None:
    case = desk.customer()
    with settings(desk.app, **ALLOWED):
        register(desk.app, desk.fabrikam, receiver, AGREEMENT, RELATIONSHIP)
        agree(act(desk.ana), case)
        work(desk.app, lambda: told(desk.fabrikam))
    customer_id = case.machine.customer_id
    first, second = (verified(desk.app, posted) for posted in receiver.got)
    at = datetime.fromisoformat(first["ResourceChangeUtcDate"])
    assert (at.utcoffset(), abs(datetime.now(UTC) - at) < timedelta(minutes=1)) == (timedelta(0), True)
    assert first == {
        "EventName": RELATIONSHIP,
        "ResourceUri": f"/v1/customers/{customer_id}",
        "ResourceName": "Customer",
        "AuditUri": None,
        "ResourceChangeUtcDate": f"{at:%Y-%m-%dT%H:%M:%S.%f}0+00:00",
    }
    assert second == first | {
        "EventName": AGREEMENT,
        "ResourceUri": f"/v1/customers/{customer_id}/acceptance",
        "ResourceName": "CustomerAgreement",
    }
    assert list(first) == ["EventName", "ResourceUri", "ResourceName", "AuditUri", "ResourceChangeUtcDate"]


def test_a_resellers_customer_is_told_of_under_a_name_of_its_own(
    app: Flask, channel: Channel, receiver: Receiver
) -> None:
    """And one that was asked for its agreement alone has accepted no relationship."""
    resold, own = channel.customer(), customer(channel.provider)
    with settings(app, **ALLOWED):
        register(app, channel.provider, receiver, AGREEMENT, RELATIONSHIP, RESOLD)
        agree(act(channel.pia), resold)
        agree(act(channel.pia), own, InvitationKind.AGREEMENT)
        work(app, lambda: told(channel.provider))
    found = [verified(app, posted) for posted in receiver.got]
    assert [one["EventName"] for one in found] == [RESOLD, AGREEMENT, AGREEMENT]
    assert [one["ResourceUri"] for one in found[::2]] == [
        f"/v1/customers/{resold.machine.customer_id}",
        f"/v1/customers/{own.machine.customer_id}/acceptance",
    ]


def test_what_is_not_registered_for_is_not_told(desk: Desk, receiver: Receiver) -> None:
    case = desk.customer()
    with settings(desk.app, **ALLOWED):
        register(desk.app, desk.fabrikam, receiver, TEST, "agreement-blocked")
        agree(act(desk.ana), case)
        work(desk.app, lambda: told(desk.fabrikam))
    assert receiver.got == []


@pytest.mark.parametrize(
    ("own", "carries", "lacks"),
    [(False, "authorization", "x-ms-signature"), (True, "x-ms-signature", "authorization")],
)
def test_a_test_makes_the_round(desk: Desk, receiver: Receiver, own: bool, carries: str, lacks: str) -> None:
    """The signature is in the one header or in the other."""
    with settings(desk.app, **ALLOWED):
        flag = {"SignatureTokenToMsSignatureHeader": own}
        who = register(desk.app, desk.fabrikam, receiver, TEST, **flag)
        id = who.made(TESTS, None, 200)["correlationId"]
        where = f"{TESTS}/{id}"
        work(desk.app, lambda: who.get(where)["status"] == "completed")
    [posted] = receiver.got
    assert lacks not in posted.headers
    body = verified(desk.app, posted, carries)
    assert (body["EventName"], body["ResourceName"], body["AuditUri"]) == (TEST, "test", None)
    assert body["ResourceUri"] == where
    [result] = who.get(where)["results"]
    assert (result["responseCode"], result["systemError"]) == ("OK", False)


def test_a_test_that_fails_says_with_what(desk: Desk, receiver: Receiver) -> None:
    receiver.usually = Answer(503)
    with settings(desk.app, **ALLOWED):
        who = register(desk.app, desk.fabrikam, receiver, TEST)
        where = f"{TESTS}/{who.made(TESTS, None, 200)['correlationId']}"
        work(desk.app, lambda: who.get(where)["results"])
    found = who.get(where)
    assert (found["status"], found["callbackUrl"]) == ("pending", receiver.url)
    assert found["results"][0] | {"dateTimeUtc": ""} == {
        "responseCode": "ServiceUnavailable",
        "responseMessage": "",
        "systemError": False,
        "dateTimeUtc": "",
    }


# What each event is about


ABOUT = {
    "agreement": (f"/v1/customers/{UNKNOWN}/acceptance", "CustomerAgreement"),
    "invitation": (f"/v1/customers/{UNKNOWN}/invitations", "Invitation"),
    "draft": ("/v1/attestationdrafts", "AttestationDraft"),
    "endpoint": (f"/v1/webhooks/endpoints/{UNKNOWN}", "WebhookEndpoint"),
    "test": (f"{TESTS}/{UNKNOWN}", "test"),
}


@pytest.mark.parametrize("type", NewsType)
def test_every_event_names_a_resource_that_the_api_has(app: Flask, type: NewsType) -> None:
    event = {"id": f"evt_{UUID(UNKNOWN).hex}", "type": type, "at": "2026-11-21T09:00:00.123456Z", "seq": 1}
    event |= {"partnerId": UNKNOWN, "customerId": UNKNOWN, "data": {"endpointId": UNKNOWN}}
    body = json.loads(bodies.body(SigningScheme.VENDOR, VENDORS[type], event))
    uri, name = ABOUT[type.partition(".")[0]]
    assert body == {
        "EventName": VENDORS[type],
        "ResourceUri": uri,
        "ResourceName": name,
        "AuditUri": None,
        "ResourceChangeUtcDate": "2026-11-21T09:00:00.1234560+00:00",
    }
    endpoint, _ = app.url_map.bind("localhost").match(uri.lower(), method="GET")
    assert endpoint.startswith("v1.")
