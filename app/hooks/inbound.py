"""Whether a webhook was signed by whom its source names, and what it says: facts in, a verdict out."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from standardwebhooks import Webhook, WebhookVerificationError

from app.core import contact as text
from app.core.evidence import moment
from app.core.hooks import SigningScheme
from app.core.refusals import Reason, Refused, refuse_if
from app.hooks import certificates

# By their names in small letters.
Headers = Mapping[str, str]
ID = re.compile(r"[!-~]{1,255}")
SECONDS = re.compile(r"[0-9]{1,12}")
# While secrets change hands there are two; whoever sends more is trying its luck.
MOST_SIGNATURES = 20
SIGNATURE = re.compile(r"Signature +([A-Za-z0-9+/]{4,2000}={0,2})", re.IGNORECASE)
CERTIFICATE, ALGORITHM = "X-MS-Certificate-Url", "X-MS-Signature-Algorithm"
THE_ALGORITHM = "rsa-sha256"


@dataclass(frozen=True)
class Message:
    """`key` is the same for the same event, however often it comes; `at` is known where the body says it."""

    key: str
    event: str
    told: dict[str, Any]
    at: datetime | None = None


@dataclass(frozen=True)
class Claim:
    """What the headers of the vendor's scheme say."""

    signature: bytes
    certificate: str


def standard(secrets: Sequence[str], headers: Headers, body: bytes) -> str:
    """The id of a message that one of the secrets has signed within the last minutes (Standard Webhooks)."""
    names = [f"webhook-{part}" for part in ("id", "timestamp", "signature")]
    id, at, signatures = (headers.get(name, "") for name in names)
    sound = ID.fullmatch(id) and SECONDS.fullmatch(at) and signatures.count(" ") < MOST_SIGNATURES
    given = dict(zip(names, (id, at, signatures), strict=True))
    fits = sound and any(_fits(secret, given, body) for secret in secrets)
    refuse_if(not fits, Reason.BAD_SIGNATURE, what="signature or its time")
    return id


def _fits(secret: str, headers: dict[str, str], body: bytes) -> bool:
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):  # the latter for what is malformed: headers, base64, UTF-8
        return False
    return True


def claim(headers: Headers) -> Claim:
    found = SIGNATURE.fullmatch(headers.get("x-ms-signature") or headers.get("authorization", ""))
    if found is None:
        raise Refused(Reason.BAD_SIGNATURE, what="signature")
    url, algorithm = headers.get(CERTIFICATE.lower(), ""), headers.get(ALGORITHM.lower(), "")
    refuse_if(not url, Reason.MISSING_FIELD, field=CERTIFICATE)
    refuse_if(not algorithm, Reason.MISSING_FIELD, field=ALGORITHM)
    refuse_if(algorithm != THE_ALGORITHM, Reason.BAD_SIGNATURE, what="algorithm")
    try:
        return Claim(base64.b64decode(found[1], validate=True), url)
    except ValueError as error:
        raise Refused(Reason.BAD_SIGNATURE, what="signature") from error


def vendors(claim: Claim, body: bytes, file: bytes, trust: certificates.Trust, at: datetime) -> None:
    """Refuses a body that the key in the certificate file has not signed, and a file that is not to be trusted."""
    key = certificates.key(file, trust, at)
    try:
        key.verify(claim.signature, body, PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise Refused(Reason.BAD_SIGNATURE, what="signature") from error


def digest(body: bytes) -> str:
    """Stands for a body that carries no id of its own."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def message(scheme: SigningScheme, key: str, told: dict[str, Any]) -> Message:
    """What happened, as each scheme spells it."""
    if scheme is SigningScheme.VENDOR:
        return Message(key, _word(told, "EventName"), told, _moment(told, "ResourceChangeUtcDate"))
    data = told.get("data")
    return Message(key, _word(told, "type"), data if isinstance(data, dict) else told)


def _word(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    refuse_if(value is not None and not isinstance(value, str), Reason.INVALID_VALUE, field=name)
    return text.line(value, name)


def _moment(told: dict[str, Any], name: str) -> datetime:
    value = _word(told, name)
    try:
        return moment(value)
    except (ValueError, OverflowError) as error:
        raise Refused(Reason.INVALID_VALUE, field=name) from error
