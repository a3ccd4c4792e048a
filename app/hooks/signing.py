"""Signatures after Standard Webhooks: of the id, the time and the body, once for each secret that is valid."""

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from math import floor

from standardwebhooks import Webhook

SIZE = 32

_signer = lru_cache(maxsize=4096)(Webhook)


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SIZE)).decode()


def headers(id: str, at: datetime, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """While a secret is being replaced there are two, and either of them verifies."""
    moment, text = at.astimezone(UTC), body.decode()
    return {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": str(floor(moment.timestamp())),
        "webhook-signature": " ".join(_signer(secret).sign(id, moment, text) for secret in secrets),
    }
