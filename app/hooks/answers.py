"""What is kept of an answer: its first words, made harmless, and how long it asks us to wait."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

CHARACTERS = 1000
MOST_READ = 64 * 1024
PATIENCE = 86_400

# Controls, and what turns the direction of the text around it; line ends and tabs may stay.
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


async def beginning(answer: aiohttp.ClientResponse) -> tuple[bytes, bool]:
    """The first 64 KiB as they come over the wire, never unpacked; and whether that was not all."""
    parts: list[bytes] = []
    size = 0
    while part := await answer.content.readany():
        parts.append(part)
        size += len(part)
        if size > MOST_READ:
            return b"".join(parts)[:MOST_READ], True
    return b"".join(parts), False


def words(content: bytes) -> str:
    text = content[: 4 * CHARACTERS].decode("utf-8", "replace").replace("\r\n", "\n")[:CHARACTERS]
    return _HARMFUL.sub("\N{REPLACEMENT CHARACTER}", text)


def patience(header: str | None, now: datetime | None = None) -> float | None:
    """The seconds that `Retry-After` asks for, if it can be read and is a day at most."""
    if header is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", header):
        seconds = float(header)
    else:
        try:
            then = parsedate_to_datetime(header)
        except (ValueError, OverflowError):
            return None
        seconds = (then.replace(tzinfo=then.tzinfo or UTC) - (now or datetime.now(UTC))).total_seconds()
    return seconds if 0 <= seconds <= PATIENCE else None
