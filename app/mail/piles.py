"""Where messages lie that came back: on standard input, one or an mbox of them, or in a maildir."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from app.mail.bounces import LONGEST

A_LINE = 64 * 1024
SEEN = ":2,S"


def streamed(stream: BinaryIO) -> Iterator[bytes]:
    """The one message, or those of an mbox; of each as much as is looked at."""
    first = stream.readline(A_LINE)
    if first.startswith(b"From "):
        yield from _parted(stream)
    elif first:
        yield first + stream.read(LONGEST)
        while stream.read(LONGEST):  # whoever pours it in is not cut off
            pass


def _parted(mbox: BinaryIO) -> Iterator[bytes]:
    kept, blank = bytearray(), False
    for line in iter(lambda: mbox.readline(A_LINE), b""):
        if blank and line.startswith(b"From "):
            yield bytes(kept)
            kept.clear()
        elif len(kept) < LONGEST:
            kept += line
        blank = line in (b"\n", b"\r\n")
    yield bytes(kept)


def is_maildir(folder: Path) -> bool:
    return (folder / "new").is_dir() and (folder / "cur").is_dir()


def waiting(folder: Path) -> list[Path]:
    """What nobody has looked at yet, as it came."""
    new, cur = (sorted((folder / name).iterdir()) for name in ("new", "cur"))
    unflagged = [path for path in cur if not path.name.partition(":")[2].partition(",")[2]]
    return [path for path in new + unflagged if path.is_file() and not path.name.startswith(".")]


def head(path: Path) -> bytes | None:
    """As much as is looked at; None where somebody else has taken it meanwhile."""
    try:
        with path.open("rb") as file:
            return file.read(LONGEST)
    except FileNotFoundError:
        return None


def mark_seen(folder: Path, path: Path) -> None:
    path.rename(folder / "cur" / (path.name.partition(":")[0] + SEEN))
