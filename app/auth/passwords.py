"""Passwords of customers' users: argon2id, a few at a time, and no telling known names from unknown ones."""

import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.refusals import Reason, refuse_if
from app.installation import HERE

SHORTEST, LONGEST = 12, 128
ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"
AT_ONCE = threading.BoundedSemaphore(4)  # each hash takes 64 MiB

_hasher = PasswordHasher()


def make() -> str:
    """A first password: four groups that can be read out on the phone, 92 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def hashed(password: str) -> str:
    with AT_ONCE:
        return _hasher.hash(password)


def verify(password_hash: str | None, password: str) -> bool:
    """Takes as long for a user that does not exist as for one that does."""
    with AT_ONCE:
        try:
            return _hasher.verify(password_hash or _dummy(), password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


@cache
def _dummy() -> str:
    return _hasher.hash(secrets.token_hex(16))


@cache
def _common() -> frozenset[str]:
    return frozenset((HERE / "data/common-passwords").read_text(encoding="utf-8").split())


def check(password: str, *about: str) -> None:
    """12 to 128 characters, not one that everybody knows, not built on the user's own names."""
    refuse_if(not SHORTEST <= len(password) <= LONGEST, Reason.WRONG_LENGTH, shortest=SHORTEST, longest=LONGEST)
    plain = password.casefold()
    named = any(len(word) >= 5 and word.casefold() in plain for word in about)
    common = plain in _common() or plain.strip("0123456789!?.-_") in _common() or len(set(plain)) < 5
    refuse_if(named or common, Reason.EASILY_GUESSED)
