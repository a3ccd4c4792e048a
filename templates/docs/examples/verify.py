from collections.abc import Mapping
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError  # pip install standardwebhooks


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> Any:
    """The event; None where the signature, the time or the body is not in order: then answer 401."""
    try:
        return Webhook(secret).verify(body, dict(headers))
    except (WebhookVerificationError, ValueError):  # the latter for headers and bodies that are malformed
        return None
