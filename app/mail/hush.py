"""What a relay repeats of a mail is struck out where it opens something: answers are kept, logged and shown."""

import re
from collections.abc import Mapping, Sequence

# Names in a mail's values that hold something that opens.
OPENING = ("link", "stop", "reveal", "code", "password")
TOKEN = re.compile(r"/([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])")
# How the ends of links, first passwords and codes look where the mail they were in is not at hand.
SHAPES = re.compile(r"(?<=/)[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])|\b\w{4}(?:-\w{4}){3}\b|(?<![\w.-])\d{6}(?!\w|[.-]\w)")
# A line of a mail may be cut anywhere; this much of a secret is known for one.
PIECE = 6
STRUCK = "*"


def secrets_of(values: Mapping[str, object]) -> tuple[str, ...]:
    """The ends of links, and codes and passwords as they stand."""
    found: list[str] = []
    for name in OPENING:
        value = str(values.get(name) or "")
        if "://" in value:
            found += TOKEN.findall(value)
        elif value:
            found.append(value)
    return tuple(found)


def unshaped(answer: str) -> str:
    """A report of somebody else's without whatever looks like a secret of ours."""
    return SHAPES.sub(lambda found: STRUCK * len(found[0]), answer)


def hushed(answer: str, secrets: Sequence[str]) -> str:
    """The answer without these secrets, whole or in pieces, in whatever case."""
    if not secrets:
        return answer
    # Beyond ASCII a letter may be two in lower case.
    lowered, kept = "".join([char.lower() if char.isascii() else char for char in answer]), list(answer)
    for secret in secrets:
        for start in range(max(1, len(secret) - PIECE + 1)):
            piece = secret[start : start + PIECE].lower()
            at = lowered.find(piece)
            while at >= 0:
                kept[at : at + len(piece)] = STRUCK * len(piece)
                at = lowered.find(piece, at + 1)
    return "".join(kept)
