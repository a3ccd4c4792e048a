"""Look for secrets in whatever is kept: as they are, in pieces, and in the spellings that programs give them."""

import base64
import re
from collections.abc import Iterator
from urllib.parse import quote

PIECE, STEP = 10, 5
SOFT_BREAK = re.compile(rb"=\r?\n")


def whole(secret: str) -> Iterator[bytes]:
    """The spellings of one text; those of base64 wherever it begins in a longer one."""
    plain = secret.encode()
    yield plain
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    yield "".join(f"%{byte:02X}" for byte in plain).encode()
    yield "".join(f"={byte:02X}" for byte in plain).encode()
    yield quote(secret, safe="").encode()
    yield plain.decode().encode("utf-16-le")
    for before in range(3):
        coded = base64.b64encode(bytes(before) + plain)
        # What the bytes before and after it have no part in.
        yield coded[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6]


def spellings(secret: str) -> set[bytes]:
    pieces = {secret[at : at + PIECE] for at in range(0, max(1, len(secret) - PIECE + 1), STEP)}
    return {spelling for piece in pieces | {secret} for spelling in whole(piece)}


def found(secret: str, where: bytes) -> bool:
    """Six digits are looked for as a number of their own: among others they are nobody's code."""
    where = SOFT_BREAK.sub(b"", where)
    if secret.isdigit():
        alone = re.compile(rb"(?<![0-9A-Za-z.])" + secret.encode() + rb"(?![0-9A-Za-z])")
        return bool(alone.search(where)) or any(one in where for one in whole(secret) if not one.isdigit())
    return any(spelling in where for spelling in spellings(secret))
