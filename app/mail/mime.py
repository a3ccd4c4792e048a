"""Message bytes: header lines that say what they were given and nothing more, and the bodies below them.

The standard library's folding is not used: up to Python 3.11 it decodes encoded words in what it is given and writes
the line breaks inside them out raw, so that a company name could add a header.
"""

import re
import secrets
import unicodedata
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Iterator, Sequence

WIDTH = 76
# 39 bytes are 52 characters of base64: with the frame around them and the longest header name they fit into a line.
WORD_BYTES = 39
ADDRESS = re.compile(r"[!#-'*+./0-9=?A-Z^_`a-z{|}~-]+@[A-Za-z0-9.:\[\]-]+")
ATOMS = re.compile(r"[A-Za-z0-9'_-]+( [A-Za-z0-9'_-]+)*")
PRINTABLE = re.compile(r"[ -~]*")
VALUE = re.compile(r"[ -~]+(\r\n [ -~]+)*")
PLAIN_BODY = re.compile(r"([\t -~]{0,990}\n)*")


def unstructured(text: str) -> str:
    """A free text, folded; as encoded words where it is not plain ASCII or could be taken for one."""
    text = _clean(text)
    return _folded(text) if _is_plain(text) else _encoded(text)


def mailbox(name: str, address: str) -> str:
    """`Name <address>`, the name quoted or encoded so that none of it is read as an address."""
    if not ADDRESS.fullmatch(address):
        raise ValueError("not an address a header can hold")
    name = _clean(name)
    if not name:
        return address
    if not _is_plain(name):
        return f"{_encoded(name)}\r\n <{address}>"
    quoted = name if ATOMS.fullmatch(name) else '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    return f"{quoted}\r\n <{address}>" if len(quoted) + len(address) > WIDTH - 13 else f"{quoted} <{address}>"


def message(headers: Sequence[tuple[str, str]], text: str, html: str | None = None) -> bytes:
    head = "".join(f"{name}: {_checked(value)}\r\n" for name, value in headers) + "MIME-Version: 1.0\r\n"
    if html is None:
        return head.encode() + _part("plain", text)
    boundary = f"=_{secrets.token_hex(16)}"
    outer = f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'
    parts = [(head + outer).encode(), _part("plain", text), _part("html", html)]
    return f"\r\n--{boundary}\r\n".encode().join(parts) + f"\r\n--{boundary}--\r\n".encode()


def _checked(value: str) -> str:
    if not VALUE.fullmatch(value):
        raise ValueError("not a header value")
    return value


def _part(subtype: str, content: str) -> bytes:
    """Plain where it can be, so that a link in a dropped mail can be copied as it stands."""
    content = re.sub(r"\r\n?", "\n", content)
    plain = bool(PLAIN_BODY.fullmatch(content))
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\n"
    head += f"Content-Transfer-Encoding: {'7bit' if plain else 'quoted-printable'}\r\n\r\n"
    body = content.encode(errors="replace").replace(b"\n", b"\r\n")
    return head.encode() + (body if plain else b2a_qp(body, istext=True))


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
