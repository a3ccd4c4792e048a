"""Links to an agreement's text: signed, of five minutes, each another; nothing about them is stored."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.core.refusals import Reason, Refused, refuse_if

LIFETIME = timedelta(minutes=5)
NONCE_BYTES, MAC_BYTES = 8, 16
SIZE = 16 + 1 + 8 + NONCE_BYTES + MAC_BYTES


class Use(StrEnum):
    """What a link is for: the text opens in the browser, or is saved."""

    DISPLAY = "display"
    DOWNLOAD = "download"


@dataclass(frozen=True)
class Pass:
    """What a link lets its holder have. A document's id stands for its hash: its bytes are never exchanged."""

    document: UUID
    use: Use


def token(key: bytes, given: Pass, at: datetime, nonce: bytes) -> str:
    """base32, for paths are read in any case: document ‖ use ‖ when it dies ‖ nonce ‖ half an HMAC-SHA256."""
    dies = int((at + LIFETIME).timestamp())
    body = given.document.bytes + bytes([list(Use).index(given.use)]) + dies.to_bytes(8, "big") + nonce
    return base64.b32encode(body + _mac(key, body)).decode().rstrip("=").lower()


def read(key: bytes, text: str, at: datetime) -> Pass:
    """What a token says, when it is ours and still alive."""
    raw = _bytes(text)
    body, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    genuine = len(raw) == SIZE and hmac.compare_digest(mac, _mac(key, body))
    refuse_if(not genuine, Reason.NOT_FOUND, what="document link")
    dies = datetime.fromtimestamp(int.from_bytes(body[17:25], "big"), UTC)
    refuse_if(at >= dies, Reason.LINK_EXPIRED)
    return Pass(UUID(bytes=body[:16]), list(Use)[body[16]])


def _bytes(text: str) -> bytes:
    try:
        return base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError) as error:
        raise Refused(Reason.NOT_FOUND, what="document link") from error


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)[:MAC_BYTES]
