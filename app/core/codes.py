"""Mailed one-time codes: six digits, derived from a key and a number, so that nothing stored gives them away."""

import hashlib
import hmac
from datetime import timedelta
from uuid import UUID

DIGITS = 6
LIFETIME = timedelta(minutes=10)
TRIES = 5
# A browser drops the first answer to a double click, and its cookie with it; for so long the second finds the same.
TWICE = timedelta(seconds=10)


def code(key: bytes, session: UUID, number: int) -> str:
    mac = hmac.digest(key, session.bytes + number.to_bytes(4, "big"), hashlib.sha256)
    return str(int.from_bytes(mac[:8], "big") % 10**DIGITS).zfill(DIGITS)


def matches(key: bytes, session: UUID, number: int, given: str) -> bool:
    digits = "".join(char for char in given if char.isdigit() and char.isascii())
    return hmac.compare_digest(digits.encode(), code(key, session, number).encode())
