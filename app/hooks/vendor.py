"""The vendor's way of sending events: its words, and its RSA signature over the body in a header."""

import base64
import hashlib
from datetime import UTC, datetime
from math import floor

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ALGORITHM = "rsa-sha256"


class Signer:
    """Signs with the installation's key; whoever receives it fetches the certificate to verify."""

    def __init__(self, key_pem: bytes, certificate_pem: bytes, certificate_url: str) -> None:
        key = serialization.load_pem_private_key(key_pem, None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("the vendor's signature needs an RSA key")
        self._key = key
        self.certificate = certificate_der(certificate_pem)
        self._url = certificate_url

    def headers(self, id: str, at: datetime, body: bytes, own_header: bool) -> dict[str, str]:
        """The vendor's has no time in it and could be sent again by anybody; ours, beside it, has."""
        stamp = str(floor(at.timestamp()))
        return {
            "Content-Type": "application/json",
            "x-ms-signature" if own_header else "Authorization": f"Signature {self._sign(body)}",
            "X-MS-Certificate-Url": self._url,
            "X-MS-Signature-Algorithm": ALGORITHM,
            "webhook-id": id,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1rsa,{self._sign(f'{id}.{stamp}.'.encode() + body)}",
        }

    def _sign(self, content: bytes) -> str:
        return base64.b64encode(self._key.sign(content, padding.PKCS1v15(), hashes.SHA256())).decode()


def event(
    name: str, resource_uri: str | None, resource_name: str, audit_uri: str | None, at: datetime
) -> dict[str, str | None]:
    """One event in the vendor's words, of which it has no id, no number and no sender."""
    return {
        "EventName": name,
        "ResourceUri": resource_uri,
        "ResourceName": resource_name,
        "AuditUri": audit_uri,
        "ResourceChangeUtcDate": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0+00:00",
    }


def certificate_der(pem: bytes) -> bytes:
    """The first certificate, which is the signer's own, as it is fetched."""
    return x509.load_pem_x509_certificates(pem)[0].public_bytes(serialization.Encoding.DER)


def certificate_name(der: bytes) -> str:
    """A name that changes with the certificate, so that an address once sent never leads to another."""
    return hashlib.sha256(der).hexdigest()[:16]
