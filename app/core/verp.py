"""Envelope senders that name the mail they stand on, so that whatever comes back says of itself what it is about."""

import base64
import hashlib
import hmac
import re
from uuid import UUID

MAC_BYTES = 9
# Sixteen bytes of the row's id and nine of the code: 40 characters without padding, in any case of letters.
TOKEN = re.compile(r"(?:^|[+=-])([a-z2-7]{40})(?=@|$)", re.ASCII | re.IGNORECASE)
LOCAL_LIMIT = 64
# What is left of that for the address itself, beside the plus sign and the token.
OWN_LIMIT = LOCAL_LIMIT - 41
ADDRESS_LIMIT = 320


def sender(bounces: str, row: UUID, key: bytes) -> str:
    """The envelope sender of a row's mail: `bounces@assent.example` becomes `bounces+TOKEN@assent.example`."""
    local, _, domain = bounces.rpartition("@")
    if not 1 <= len(local) <= OWN_LIMIT:
        raise ValueError(f"{bounces} has more than {OWN_LIMIT} characters before its @")
    return f"{local}+{_token(row, key)}@{domain}"


def row_of(address: str, key: bytes) -> UUID | None:
    """Which row an address stands for; None unless this installation made it."""
    found = TOKEN.search(address[-ADDRESS_LIMIT:])
    if not found:
        return None
    claimed = UUID(bytes=base64.b32decode(found[1].upper())[:16])
    genuine = hmac.compare_digest(found[1].lower().encode(), _token(claimed, key).encode())
    return claimed if genuine else None


def _token(row: UUID, key: bytes) -> str:
    mac = hmac.digest(key, row.bytes, hashlib.sha256)[:MAC_BYTES]
    return base64.b32encode(row.bytes + mac).decode().lower()
