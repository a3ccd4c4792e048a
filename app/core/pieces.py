"""The placeholder language of a partner's own wordings, read piece by piece and never run.

It is a small part of what templates can say, and what does not belong to it is refused before any template engine sees
it: `{{ name }}`, `{% if name %}` with `not`, `and` and `or`, `{% elif %}`, `{% else %}`, `{% endif %}`, and text.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

DEEPEST = 5
MOST_TERMS = 8
SHOWN = 60  # characters of what is wrong

NAME = "[a-z][a-z0-9_]*"
TAG = re.compile(r"\{\{([^{}\n]*)\}\}|\{%([^{}\n]*)%\}")
INSERT = re.compile(f" *({NAME}) *", re.ASCII)
TEST = rf"(?:not +)?{NAME}(?: +(?:and|or) +(?:not +)?{NAME})*"
BRANCH = re.compile(f" *(?:(if|elif) +({TEST})|(else|endif)) *", re.ASCII)
BRACES = re.compile(r"\{[{%#]|[}%#]\}")
NEWLINE = re.compile(r"\r\n?")
GRAMMAR = frozenset({"not", "and", "or"})
STEPS = {"if": 1, "endif": -1}


class Wrong(StrEnum):
    """The stable words for what is wrong with a wording."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    NOT_ONE_LINE = "not-one-line"
    UNSEEN_CHARACTER = "unseen-character"
    NOT_ALLOWED = "not-allowed"
    STRAY_BRACES = "stray-braces"
    UNKNOWN_NAME = "unknown-name"
    NOT_IN_SUBJECT = "not-in-subject"
    UNMATCHED_IF = "unmatched-if"
    IF_OVER_LINES = "if-over-lines"
    TOO_DEEP = "too-deep"
    NAME_MISSING = "name-missing"
    HTML_TAG = "html-tag"
    HTML_ATTRIBUTE = "html-attribute"
    HTML_COMMENT = "html-comment"
    HTML_ENTITY = "html-entity"
    HTML_MISPLACED = "html-misplaced"
    HTML_UNMATCHED = "html-unmatched"
    INSIDE_TAG = "inside-tag"


@dataclass(frozen=True)
class Piece:
    """Text as it stands, or the name to insert, or a branch: `if`, `elif`, `else`, `endif`, with its test."""

    line: int
    literal: str = ""
    name: str = ""
    branch: str = ""
    test: str = ""

    @property
    def asks(self) -> list[str]:
        return [word for word in self.test.split() if word not in GRAMMAR]

    @property
    def step(self) -> int:
        """How it changes the number of open branches."""
        return STEPS.get(self.branch, 0)

    @property
    def source(self) -> str:
        """The piece as a template says it, in one spelling."""
        if self.name:
            return f"{{{{ {self.name} }}}}"
        return f"{{% {f'{self.branch} {self.test}'.strip()} %}}" if self.branch else self.literal


@dataclass(frozen=True)
class Amiss:
    """A place that is not of the language."""

    line: int
    reason: Wrong
    detail: str = ""


def amiss(line: int, reason: Wrong, detail: str = "") -> Amiss:
    """With so much of what is wrong as can be shown anywhere."""
    return Amiss(line, reason, "".join(char if char.isprintable() else "\ufffd" for char in detail[:SHOWN]))


def pieces(source: str) -> Iterator[Piece | Amiss]:
    """A source cut at its tags, every one of them read or found amiss."""
    at, line = 0, 1
    source = NEWLINE.sub("\n", source)
    for tag in TAG.finditer(source):
        yield from _literal(source[at : tag.start()], line, before_tag=True)
        line += source.count("\n", at, tag.start())
        yield _tag(tag, line)
        at = tag.end()
    yield from _literal(source[at:], line)


def sound(source: str) -> list[Piece]:
    """The pieces of a source that was checked; of any other nothing is made."""
    found = list(pieces(source))
    if any(isinstance(piece, Amiss) for piece in found):
        raise ValueError("not a checked wording")
    return [piece for piece in found if isinstance(piece, Piece)]


def _literal(text: str, line: int, *, before_tag: bool = False) -> Iterator[Piece | Amiss]:
    if BRACES.search(text):
        for number, row in enumerate(text.split("\n"), line):
            stray = BRACES.search(row)
            if stray:
                yield amiss(number, Wrong.STRAY_BRACES, row[stray.start() :])
    if before_tag and text.endswith("{"):
        yield amiss(line + text.count("\n"), Wrong.STRAY_BRACES, "{{{")
    if text:
        yield Piece(line, literal=text)


def _tag(tag: re.Match[str], line: int) -> Piece | Amiss:
    insert, branch = INSERT.fullmatch(tag[1] or ""), BRANCH.fullmatch(tag[2] or "")
    if insert:
        return Piece(line, name=insert[1])
    if branch:
        return Piece(line, branch=branch[1] or branch[3], test=" ".join((branch[2] or "").split()))
    return amiss(line, Wrong.NOT_ALLOWED, tag[0])


def unknown(found: Sequence[Piece], names: Collection[str]) -> Iterator[Amiss]:
    for piece in found:
        for name in [piece.name] if piece.name else piece.asks:
            if name not in names:
                yield amiss(piece.line, Wrong.UNKNOWN_NAME, name)
        if len(piece.asks) > MOST_TERMS:
            yield amiss(piece.line, Wrong.TOO_DEEP, piece.test)


def unmatched(found: Sequence[Piece]) -> Iterator[Amiss]:
    """Branches without their `if`, an `if` without its end, and too many of them inside one another."""
    held: list[Piece] = []  # the last branch of every open `if`
    for piece in found:
        if piece.branch == "if":
            held.append(piece)
            if len(held) == DEEPEST + 1:
                yield amiss(piece.line, Wrong.TOO_DEEP, piece.source)
        elif piece.branch and (not held or (held[-1].branch == "else" and piece.branch != "endif")):
            yield amiss(piece.line, Wrong.UNMATCHED_IF, piece.source)
        elif piece.branch == "endif":
            held.pop()
        elif piece.branch:
            held[-1] = piece
    yield from (amiss(piece.line, Wrong.UNMATCHED_IF, piece.source) for piece in held)


def missing(found: Sequence[Piece], needed: Collection[str]) -> Iterator[Amiss]:
    """Names that have to stand there for everybody: not inside an `if`."""
    depth, there = 0, set()
    for piece in found:
        depth += piece.step
        if depth == 0:
            there.add(piece.name)
    yield from (amiss(1, Wrong.NAME_MISSING, name) for name in sorted(set(needed) - there))


def lines(found: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces of every line of a text."""
    rows: list[list[Piece]] = [[]]
    for piece in found:
        if not piece.literal:
            rows[-1].append(piece)
            continue
        for number, text in enumerate(piece.literal.split("\n"), piece.line):
            if number > piece.line:
                rows.append([])
            if text:
                rows[-1].append(Piece(number, literal=text))
    return rows


def only_branches(row: Sequence[Piece]) -> bool:
    return any(piece.branch for piece in row) and not any(piece.name or piece.literal.strip() for piece in row)


def over_lines(found: Sequence[Piece]) -> Iterator[Amiss]:
    """An `if` ends in its line, or its tags stand on lines of their own: then paragraphs stay whole."""
    for row in lines(found):
        depth, torn = 0, False
        for piece in row:
            torn |= bool(piece.branch) and piece.branch != "if" and depth == 0
            depth += piece.step
        if (torn or depth) and not only_branches(row):
            yield amiss(row[0].line, Wrong.IF_OVER_LINES, "".join(piece.source for piece in row))
