"""Keys: made at first start, readable by the owner alone, never in the database."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet

from app.config import SetUpError

SIZE = 32


@dataclass(frozen=True)
class Keys:
    """One key per purpose, all derived from the installation's root key; and what encrypts secrets at rest."""

    link: bytes = field(repr=False)
    code: bytes = field(repr=False)
    reveal: bytes = field(repr=False)
    stop: bytes = field(repr=False)
    bounce: bytes = field(repr=False)
    session: bytes = field(repr=False)
    document: bytes = field(repr=False)
    vault: MultiFernet = field(repr=False)


def load(folder: Path) -> Keys:
    root = _root(folder / "root.key")
    own = (name for name in Keys.__dataclass_fields__ if name != "vault")
    keys = {name: hmac.digest(root, name.encode(), hashlib.sha256) for name in own}
    return Keys(**keys, vault=_vault(folder / "vault.keys"))


def _root(path: Path) -> bytes:
    root = kept(path, lambda: secrets.token_bytes(SIZE))
    if len(root) != SIZE:
        raise SetUpError(f"{path} is not a key of {SIZE} bytes; restore it from your backup")
    return root


def _vault(path: Path) -> MultiFernet:
    """One key a line: the first encrypts, each of them decrypts. A new one is put above the others."""
    lines = kept(path, lambda: Fernet.generate_key() + b"\n").split()
    try:
        return MultiFernet([Fernet(line) for line in lines])
    except ValueError as error:
        remedy = "restore it from your backup"
        raise SetUpError(f"{path} does not hold one key of {SIZE} bytes in base64 a line; {remedy}") from error


def kept(path: Path, fresh: Callable[[], bytes]) -> bytes:
    """What the file holds; made once, if there is none."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _write_once(path, fresh())
        return path.read_bytes()
    except OSError as error:
        raise SetUpError(
            f"cannot keep keys in {path.parent}: {error.strerror}; make the folder writable or set KEYS_DIR"
        ) from error


def _write_once(path: Path, key: bytes) -> None:
    """Of two processes that start at once, the first one's key is the key of both."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key)
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
