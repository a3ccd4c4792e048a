"""First passwords of customers' accounts, made before the transaction that needs them."""

from dataclasses import dataclass, field

from app import vault
from app.auth import passwords


@dataclass(frozen=True)
class FirstPassword:
    """To be shown once, to be compared with, and to be kept sealed until the user has one of its own."""

    plain: str = field(repr=False)
    hash: str = field(repr=False)
    sealed: bytes = field(repr=False)


def make() -> FirstPassword:
    """Hashing takes long on purpose, and other writers must not wait for it."""
    plain = passwords.make()
    return FirstPassword(plain, passwords.hashed(plain), vault.seal(plain))
