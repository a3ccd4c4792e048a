"""Pictures for mails: what kind they are and how large, read from their first bytes."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.core.refusals import Reason, Refused, refuse_if

LARGEST = 50_000  # bytes
WIDEST, HIGHEST = 600, 200
# As shown above a mail: names in it are text of 18 pixels.
SHOWN_WIDE, SHOWN_HIGH = 200, 60
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
# Start of a frame, of whatever coding; C4, C8 and CC among them are something else.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length


@dataclass(frozen=True)
class Picture:
    content: bytes
    type: str


def logo(content: bytes) -> Picture:
    """A PNG or JPEG that fits above a mail; what it claims to be is not asked, and it is not decoded."""
    refuse_if(not 0 < len(content) <= LARGEST, Reason.INVALID_VALUE, field=f"logo (at most {LARGEST // 1000} kB)")
    found = _png(content) or _jpeg(content)
    if found is None:
        raise Refused(Reason.INVALID_VALUE, field="logo (a PNG or JPEG)")
    type, width, height = found
    fits = 0 < width <= WIDEST and 0 < height <= HIGHEST
    refuse_if(
        not fits, Reason.INVALID_VALUE, field=f"logo (at most {WIDEST} x {HIGHEST} pixels, not {width} x {height})"
    )
    return Picture(content, type)


def shown(content: bytes) -> int:
    """How many pixels wide it is shown: never larger than it is, nor wider or higher than looks well."""
    _, width, height = _png(content) or _jpeg(content) or ("", SHOWN_WIDE, 1)
    return max(1, min(width, SHOWN_WIDE, width * SHOWN_HIGH // height))


def _png(content: bytes) -> tuple[str, int, int] | None:
    if not content.startswith(PNG) or content[12:16] != b"IHDR" or len(content) < 33:
        return None
    return "image/png", int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def _jpeg(content: bytes) -> tuple[str, int, int] | None:
    if not content.startswith(JPEG):
        return None
    for marker, at in _segments(content):
        if marker in FRAMES and at + 7 <= len(content):
            return "image/jpeg", int.from_bytes(content[at + 5 : at + 7]), int.from_bytes(content[at + 3 : at + 5])
    return None


def _segments(content: bytes) -> Iterator[tuple[int, int]]:
    """The markers, and where the length of each begins."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in ALONE:
            at += 2
        else:
            yield marker, at + 2
            at += 2 + max(2, int.from_bytes(content[at + 2 : at + 4]))
