"""What is sent verifies: with the reference library of Standard Webhooks, and the vendor's way with the certificate."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from standardwebhooks import Webhook, WebhookVerificationError

from app import certificate
from app.hooks import signing, vendor

BODY = '{"type":"agreement.accepted","data":{"name":"Müller & Söhne"}}'.encode()
URL = "https://assent.example.com/webhooks/certificates/0123456789abcdef"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> certificate.Pair:
    return certificate.load(tmp_path_factory.mktemp("keys"), "assent.example.com")


@pytest.fixture(scope="module")
def signer(pair: certificate.Pair) -> vendor.Signer:
    return vendor.Signer(pair.key, pair.certificates, URL)


def verified(secret: str, headers: Mapping[str, str], body: bytes = BODY) -> object:
    return Webhook(secret).verify(body, dict(headers))


# Standard Webhooks


def test_a_secret_is_made_as_the_standard_wants_it() -> None:
    made = {signing.new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) for secret in made} == {32}
    assert {secret[:6] for secret in made} == {"whsec_"}


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-7))])
def test_the_reference_library_verifies_what_is_signed(zone: timezone) -> None:
    secret, at = signing.new_secret(), datetime.now(zone)
    headers = signing.headers("msg_1", at, BODY, [secret])
    assert verified(secret, headers) == json.loads(BODY)
    assert (headers["webhook-id"], headers["Content-Type"]) == ("msg_1", "application/json")
    assert headers["webhook-timestamp"] == str(int(at.timestamp()))


def test_while_a_secret_is_replaced_either_one_verifies() -> None:
    old, new, other = (signing.new_secret() for _ in range(3))
    headers = signing.headers("msg_1", datetime.now(UTC), BODY, [new, old])
    assert verified(old, headers) == verified(new, headers) == json.loads(BODY)
    assert [part[:3] for part in headers["webhook-signature"].split(" ")] == ["v1,", "v1,"]
    with pytest.raises(WebhookVerificationError):
        verified(other, headers)


@pytest.mark.parametrize("changed", ["webhook-id", "webhook-timestamp", "body"])
def test_whatever_is_changed_is_noticed(changed: str) -> None:
    secret, at = signing.new_secret(), datetime.now(UTC)
    headers = signing.headers("msg_1", at, BODY, [secret])
    values = {"webhook-id": "msg_2", "webhook-timestamp": str(int(at.timestamp()) - 1)}
    if changed in values:
        headers[changed] = values[changed]
    with pytest.raises(WebhookVerificationError):
        verified(secret, headers, BODY + b" " if changed == "body" else BODY)


# The vendor's way


def believed(signer: vendor.Signer, given: str, scheme: str, content: bytes) -> bool:
    """As a receiver verifies: with nothing but the certificate."""
    key = x509.load_der_x509_certificate(signer.certificate).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert given.startswith(scheme)
    try:
        signature = base64.b64decode(given.removeprefix(scheme), validate=True)
        key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize(("own_header", "name"), [(False, "Authorization"), (True, "x-ms-signature")])
def test_the_body_is_signed_in_the_header_the_receiver_asked_for(
    own_header: bool, name: str, signer: vendor.Signer
) -> None:
    headers = signer.headers("msg_1", datetime.now(UTC), BODY, own_header)
    assert believed(signer, headers[name], "Signature ", BODY)
    assert not believed(signer, headers[name], "Signature ", BODY + b" ")
    assert len({"Authorization", "x-ms-signature"} & headers.keys()) == 1
    assert (headers["X-MS-Certificate-Url"], headers["X-MS-Signature-Algorithm"]) == (URL, "rsa-sha256")
    assert headers["Content-Type"] == "application/json"


def test_our_signature_beside_it_has_the_id_and_the_time_in_it(signer: vendor.Signer) -> None:
    at = datetime(2026, 3, 1, 12, 30, 15, 999_999, tzinfo=UTC)
    headers = signer.headers("msg_1", at, BODY, False)
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("msg_1", "1772368215")
    given = headers["webhook-signature"]
    assert believed(signer, given, "v1rsa,", b"msg_1.1772368215." + BODY)
    assert not believed(signer, given, "v1rsa,", b"msg_1.1772368216." + BODY)


def test_an_event_is_spelled_as_the_vendor_spells_it() -> None:
    at = datetime(2026, 3, 1, 12, 30, 15, 42, tzinfo=timezone(timedelta(hours=1)))
    told = vendor.event("test-created", "/v1/customers/c", "Customer", None, at)
    assert told == {
        "EventName": "test-created",
        "ResourceUri": "/v1/customers/c",
        "ResourceName": "Customer",
        "AuditUri": None,
        "ResourceChangeUtcDate": "2026-03-01T11:30:15.0000420+00:00",
    }


def test_a_certificate_has_a_name_that_stays(pair: certificate.Pair) -> None:
    name = vendor.certificate_name(vendor.certificate_der(pair.certificates))
    assert name == vendor.certificate_name(vendor.certificate_der(pair.certificates))
    assert len(name) == 16
    assert int(name, 16)
