"""Message bytes: header lines that say what they were given and nothing more, and the bodies below them.

The standard library's folding is not used: up to Python 3.11 it decodes encoded words in what it is given and writes
the line breaks inside them out raw, so that a company name could add a header.
"""

import re
import secrets
import unicodedata
from base64 import b64encode, encodebytes
from binascii import b2a_qp
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

WIDTH = 76
# 39 bytes are 52 characters of base64: with the frame around them and the longest header name they fit into a line.
WORD_BYTES = 39
# Beyond ASCII only what stands before the @ (RFC 6532); such a mail needs a relay that takes it (SMTPUTF8).
ADDRESS = re.compile(r"([!#-'*+./0-9=?A-Z^_`a-z{|}~-]|[^\x00-\x7f])+@[A-Za-z0-9.:\[\]-]+")
ATOMS = re.compile(r"[A-Za-z0-9'_-]+( [A-Za-z0-9'_-]+)*")
PRINTABLE = re.compile(r"[ -~]*")
VALUE = re.compile(r"[^\x00-\x1f\x7f]+(\r\n [^\x00-\x1f\x7f]+)*")
LINE = re.compile(rf"[^ ]{{{WIDTH},}}(?: |$)|.{{1,{WIDTH - 2}}}(?: |$)|[^ ]+(?: |$)")
PICTURES = {"image/png": "png", "image/jpeg": "jpg"}
LONGEST_LINE = 990


def unstructured(text: str) -> str:
    """A free text, folded; as encoded words where it is not plain ASCII or could be taken for one."""
    text = _clean(text)
    return _folded(text) if _is_plain(text) else _encoded(text)


def mailbox(name: str, address: str) -> str:
    """`Name <address>`, the name quoted or encoded so that none of it is read as an address."""
    if not ADDRESS.fullmatch(address) or not address.isprintable():
        raise ValueError("not an address a header can hold")
    name = _clean(name)
    if not name:
        return address
    if not _is_plain(name):
        return f"{_encoded(name)}\r\n <{address}>"
    quoted = name if ATOMS.fullmatch(name) else '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    return f"{quoted}\r\n <{address}>" if len(quoted) + len(address) > WIDTH - 13 else f"{quoted} <{address}>"


def mailboxes(people: Sequence[tuple[str, str]]) -> str:
    return ",\r\n ".join(mailbox(name, address) for name, address in people)


@dataclass(frozen=True)
class Picture:
    """Shown inside the mail: nothing is fetched from outside."""

    content: bytes
    type: str
    name: str


def message(
    headers: Sequence[tuple[str, str]], text: str, html: str | None = None, picture: Picture | None = None
) -> bytes:
    head = "".join([f"{name}: {_checked(value)}\r\n" for name, value in headers]) + "MIME-Version: 1.0\r\n"
    if html is None:
        return head.encode() + _part("plain", text)
    page = _part("html", html)
    if picture:
        page = _multipart("related", [page, _picture(picture)])
    return head.encode() + _multipart("alternative", [_part("plain", text), page])


def _multipart(subtype: str, parts: Sequence[bytes]) -> bytes:
    boundary = f"=_{secrets.token_hex(16)}"
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n'.encode()
    return f"\r\n--{boundary}\r\n".encode().join([head, *parts]) + f"\r\n--{boundary}--\r\n".encode()


@lru_cache(maxsize=100)
def _picture(picture: Picture) -> bytes:
    """The same for all mails of a partner."""
    kind, name = PICTURES[picture.type], picture.name
    head = f"Content-Type: {picture.type}; name={name}.{kind}\r\nContent-Transfer-Encoding: base64\r\n"
    head += f"Content-ID: <{name}>\r\nContent-Disposition: inline; filename={name}.{kind}\r\n\r\n"
    return head.encode() + encodebytes(picture.content).replace(b"\n", b"\r\n")


def wrapped(text: str) -> str:
    """Long lines broken at words: names of any length leave paragraphs whole, and a link keeps its line."""
    return "\n".join([line if len(line) <= WIDTH else _wrap(line) for line in text.split("\n")])


def _wrap(line: str) -> str:
    hang = "\n  " if line.startswith("- ") else "\n"
    return hang.join([found.rstrip() for found in LINE.findall(line)])


def _checked(value: str) -> str:
    if not VALUE.fullmatch(value) or not (value.isascii() or value.replace("\r\n ", "").isprintable()):
        raise ValueError("not a header value")
    return value


def _part(subtype: str, content: str) -> bytes:
    """Plain where it can be, so that a link in a dropped mail can be copied as it stands."""
    if "\r" in content:
        content = content.replace("\r\n", "\n").replace("\r", "\n")
    plain = _goes_as_it_is(content)
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\n"
    head += f"Content-Transfer-Encoding: {'7bit' if plain else 'quoted-printable'}\r\n\r\n"
    body = content.encode(errors="replace").replace(b"\n", b"\r\n")
    return head.encode() + (body if plain else b2a_qp(body, istext=True))


def _goes_as_it_is(content: str) -> bool:
    """ASCII without control characters, in lines that every server takes."""
    ascii_ = content.isascii() and content.replace("\n", "").replace("\t", "").isprintable()
    return ascii_ and content[-1:] in ("", "\n") and max(map(len, content.split("\n"))) <= LONGEST_LINE


def _clean(text: str) -> str:
    """Line breaks and other control characters become spaces."""
    if text.isprintable():
        return text.strip()
    return "".join(" " if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in text).strip()


def _is_plain(text: str) -> bool:
    return bool(PRINTABLE.fullmatch(text)) and "=?" not in text


def _folded(text: str) -> str:
    lines = [""]
    for word in text.split(" "):
        room = WIDTH - 13 if len(lines) == 1 else WIDTH
        if lines[-1].strip() and word and len(lines[-1]) + 1 + len(word) > room:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines != [""] else word
    return "\r\n ".join(lines)


def _encoded(text: str) -> str:
    return "\r\n ".join(f"=?utf-8?b?{b64encode(chunk).decode()}?=" for chunk in _chunks(text))


def _chunks(text: str) -> Iterator[bytes]:
    """Whole characters together, no more of them than one encoded word holds."""
    chunk = b""
    for char in text:
        one = char.encode()
        if len(chunk) + len(one) > WORD_BYTES:
            yield chunk
            chunk = b""
        chunk += one
    yield chunk
