"""The vault: secrets that have to be read again, encrypted before they go into the database."""

from cryptography.fernet import InvalidToken

from app.config import SetUpError
from app.installation import Installation, installation


def seal(text: str) -> bytes:
    return installation().keys.vault.encrypt(text.encode())


def open_(sealed: bytes, place: Installation | None = None) -> str:
    place = place or installation()
    try:
        return place.keys.vault.decrypt(sealed).decode()
    except InvalidToken as error:
        path = place.config.keys_dir / "vault.keys"
        remedy = "add the former key below the others"
        raise SetUpError(f"a secret in the database was sealed by a key that is not in {path}; {remedy}") from error
