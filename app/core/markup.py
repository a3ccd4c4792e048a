"""The html a partner may write for its mails: a few plain tags in their places, and links only to where names lead."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.entities import html5

from app.core.pieces import Amiss, Piece, Wrong, amiss

LINKS = frozenset({"link", "reveal", "stop"})
DEEPEST = 10
INLINE = frozenset("a b br em i span strong u".split())
FLOW = INLINE | frozenset("blockquote div h1 h2 h3 ol p table ul".split())
LIST, TABLE, ROW, NONE = frozenset({"li"}), frozenset({"tr"}), frozenset({"td"}), frozenset[str]()
# What may stand directly in what: in any other place a mail program would move it, out of our frame perhaps.
HOLDS: dict[str, frozenset[str]] = (
    dict.fromkeys((*INLINE, "p", "h1", "h2", "h3"), INLINE)
    | dict.fromkeys(("", "blockquote", "div", "li", "td"), FLOW)
    | {"ol": LIST, "ul": LIST, "table": TABLE, "tr": ROW, "br": NONE}
)
# References that are read as themselves; others have to stand for a letter that is not ASCII, and so for no markup.
REFERENCES = frozenset({"&amp;", "&gt;", "&quot;", "&apos;", "&nbsp;", "&#39;"})
# Where a name or a branch stands in the html; the source itself holds no such character.
PLACE = "\ue000([0-9]+)\ue001"
TOKEN = re.compile(
    rf'(?P<place>{PLACE})|<a +href="{PLACE}" *>|<(?P<close>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9]*)(?P<void> */)? *>'
    r"|(?P<reference>&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});)"
    r"|(?P<strange>&(?!\s)[^\s<&]{0,40}|<[^<>]*>?)|(?P<text>[^<&\ue000]+|.)",
    re.ASCII | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """An opened or closed tag, a link's beginning with the name it leads to, a piece, or text."""

    line: int
    opens: str = ""
    closes: str = ""
    href: str = ""
    piece: Piece | None = None
    text: str = ""
    wrong: Amiss | None = None


def tokens(found: Sequence[Piece]) -> Iterator[Token]:
    flat = "".join(piece.literal or f"\ue000{number}\ue001" for number, piece in enumerate(found))
    line = 1
    for token in TOKEN.finditer(flat):
        yield _token(token, found, line)
        line += token[0].count("\n")


def _token(token: re.Match[str], found: Sequence[Piece], line: int) -> Token:
    if token["place"]:
        return Token(line, piece=found[int(token[2])])
    if token[3]:
        name = found[int(token[3])].name
        wrong = None if name in LINKS else amiss(line, Wrong.HTML_ATTRIBUTE, f"href {name}".strip())
        return Token(line, opens="a", href=name, wrong=wrong)
    if token["tag"]:
        return _plain_tag(token, line)
    if token["reference"]:
        return Token(line, text=token[0], wrong=None if _is_plain(token[0]) else _at(line, Wrong.HTML_ENTITY, token[0]))
    return Token(line, text=token[0], wrong=_strange(token[0], line) if token["strange"] else None)


def _plain_tag(token: re.Match[str], line: int) -> Token:
    tag = token["tag"].lower()
    void = bool(token["void"])
    if tag not in HOLDS or (tag == "br" and token["close"]) or (tag != "br" and void):
        return Token(line, wrong=_at(line, Wrong.HTML_TAG, token[0]))
    if token["close"]:
        return Token(line, closes=tag)
    # A link that leads nowhere is none.
    return Token(line, opens=tag, wrong=_at(line, Wrong.HTML_ATTRIBUTE, token[0]) if tag == "a" else None)


def _at(line: int, reason: Wrong, text: str) -> Amiss:
    return amiss(line, reason, re.sub(PLACE, "{…}", text))


def _is_plain(reference: str) -> bool:
    if reference in REFERENCES:
        return True
    if not reference.startswith("&#"):
        char = html5.get(reference[1:], "")
    else:
        digits = reference[2:-1]
        number = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
        char = chr(number) if number < 0x110000 else ""
    return len(char) == 1 and not char.isascii() and char.isprintable()


def _strange(text: str, line: int) -> Amiss:
    """What begins like markup and is none that is known."""
    if text.startswith("&"):
        return _at(line, Wrong.HTML_ENTITY, text)
    if text.startswith(("<!", "<?")):
        return _at(line, Wrong.HTML_COMMENT, text)
    tag = re.match("</?([a-zA-Z][a-zA-Z0-9]*)", text)
    if tag is None or tag[1].lower() not in HOLDS:
        return _at(line, Wrong.HTML_TAG, text)
    inside = "\ue000" in text and not text.lower().startswith("<a ")
    return _at(line, Wrong.INSIDE_TAG if inside else Wrong.HTML_ATTRIBUTE, text)


def faults(found: Sequence[Piece]) -> Iterator[Amiss]:
    """What is wrong with the html, whichever branches are taken."""
    held: list[Token] = []  # the open tags
    branches: list[list[Token]] = []  # those that were open where each `if` began
    for token in tokens(found):
        wrong = token.wrong or _misplaced(token, _names(held))
        if wrong:
            yield wrong
        if token.opens and token.opens != "br":
            held.append(token)
        elif token.closes in _names(held):
            while held.pop().opens != token.closes:
                pass
        elif token.piece and token.piece.branch == "if":
            branches.append([*held])
        elif token.piece and token.piece.branch:
            before = (branches.pop() if token.piece.branch == "endif" else branches[-1]) if branches else held
            if _names(before) != _names(held):
                yield amiss(token.line, Wrong.HTML_UNMATCHED, token.piece.source)
                held = [*before]
    yield from (amiss(token.line, Wrong.HTML_UNMATCHED, f"<{token.opens}>") for token in held)


def _names(held: Sequence[Token]) -> list[str]:
    return [token.opens for token in held]


def _misplaced(token: Token, held: Sequence[str]) -> Amiss | None:
    inner = held[-1] if held else ""
    if token.closes and token.closes != inner:
        return amiss(token.line, Wrong.HTML_UNMATCHED, f"</{token.closes}>")
    if token.opens and len(held) >= DEEPEST:
        return amiss(token.line, Wrong.TOO_DEEP, f"<{token.opens}>")
    if token.opens and (token.opens not in HOLDS[inner] or (token.opens == "a" and "a" in held)):
        return amiss(token.line, Wrong.HTML_MISPLACED, f"<{token.opens}>")
    said = token.text.strip() or (token.piece and token.piece.name)
    if said and "br" not in HOLDS[inner]:
        return amiss(token.line, Wrong.HTML_MISPLACED, said)
    return None
