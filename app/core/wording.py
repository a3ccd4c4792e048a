"""A mail in a partner's own words: what it may say, and what is wrong with it, by part and line."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from app.core import markup
from app.core.contact import TURNS
from app.core.mails import Own
from app.core.pieces import NEWLINE, Amiss, Piece, Wrong, amiss, missing, over_lines, pieces, unknown, unmatched
from app.core.refusals import Reason, Refused

LONGEST = 20_000  # bytes, of all parts together
LONGEST_SUBJECT = 200
MOST_FAULTS = 20
# Joiners belong to scripts and signs; other characters that nobody sees are there to deceive.
JOINERS = "\u200c\u200d"
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


class Part(StrEnum):
    SUBJECT = "subject"
    TEXT = "text"
    HTML = "html"


@dataclass(frozen=True)
class Fault:
    part: Part
    line: int
    reason: Wrong
    detail: str = ""


@dataclass(frozen=True)
class Grammar:
    """Which names a mail knows, which of them stay out of subjects, and which it cannot do without."""

    names: frozenset[str]
    secret: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()


def parts(own: Own) -> dict[Part, str]:
    said = {Part.SUBJECT: own.subject, Part.TEXT: own.text}
    return said if own.html is None else said | {Part.HTML: own.html}


def check(own: Own, grammar: Grammar) -> list[Fault]:
    """What is wrong; nothing is run to find it out."""
    said = parts(own)
    # A character is a byte at least: what is far too long is not even encoded.
    if sum(map(len, said.values())) > LONGEST or sum(map(_size, said.values())) > LONGEST:
        return [Fault(Part.TEXT, 1, Wrong.TOO_LONG, f"> {LONGEST}")]
    found = ((part, at) for part, words in said.items() for at in _all(part, words, grammar))
    faults = [Fault(part, at.line, at.reason, at.detail) for part, at in islice(found, MOST_FAULTS)]
    return sorted(faults, key=lambda fault: (list(Part).index(fault.part), fault.line))


def refuse(faults: list[Fault]) -> None:
    """Every fault is told, one a row: `part:line reason detail`."""
    if faults:
        rows = [f"{at.part}:{at.line} {at.reason} {at.detail}".rstrip() for at in faults]
        raise Refused(Reason.INVALID_WORDING, data=rows, faults=faults)


def _size(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))


def _all(part: Part, said: str, grammar: Grammar) -> Iterator[Amiss]:
    """Later rules speak of sound pieces: they are asked only where the earlier ones had nothing to say."""
    if not said.strip():
        yield amiss(1, Wrong.EMPTY)
        return
    wrong = False
    for at in _of_characters(part, said):
        wrong = True
        yield at
    found: list[Piece] = []
    for piece in pieces(said):
        if isinstance(piece, Piece):
            found.append(piece)
        else:
            wrong = True
            yield piece
    if not wrong:
        yield from _of_pieces(part, found, grammar)


def _of_characters(part: Part, said: str) -> Iterator[Amiss]:
    if part is Part.SUBJECT and re.search("[\\r\\n]", said):
        yield amiss(1, Wrong.NOT_ONE_LINE)
    if part is Part.SUBJECT and len(said) > LONGEST_SUBJECT:
        yield amiss(1, Wrong.TOO_LONG, f"> {LONGEST_SUBJECT}")
    if said.isprintable():
        return
    for number, row in enumerate(NEWLINE.sub("\n", said).split("\n"), 1):
        unseen = next((char for char in row if _is_unseen(char) and (part is Part.SUBJECT or char != "\t")), None)
        if unseen:
            yield amiss(number, Wrong.UNSEEN_CHARACTER, f"U+{ord(unseen):04X}")


def _is_unseen(char: str) -> bool:
    bad = unicodedata.category(char) in UNSEEN or unicodedata.bidirectional(char) in TURNS
    return bad and char not in JOINERS


def _of_pieces(part: Part, found: list[Piece], grammar: Grammar) -> Iterator[Amiss]:
    yield from unknown(found, grammar.names)
    yield from unmatched(found)
    if part is Part.SUBJECT:
        held = (piece for piece in found if piece.name in grammar.secret)
        yield from (amiss(piece.line, Wrong.NOT_IN_SUBJECT, piece.name) for piece in held)
        return
    yield from missing(found, grammar.needed)
    yield from over_lines(found) if part is Part.TEXT else markup.faults(found)
