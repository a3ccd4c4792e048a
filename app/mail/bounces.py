"""Read one message that came back: a delivery report, a complaint, or the words of a server that knows neither."""

import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from itertools import chain, islice
from uuid import UUID

from app.core import verp
from app.core.arrivals import MAIL
from app.core.returned import Fate, Returned, status_in
from app.mail.hush import unshaped
from app.mail.smtp import legible

# Whoever sends a report may send anything: what is said stands near the top, and more than this is not looked at.
LONGEST, MOST_LINES, MOST_HEADER, MOST_PARTS, DEEPEST = 256 * 1024, 8000, 4000, 50, 3
MOST_NESTED = 200  # every line is held against the boundary of each level that it lies in

STATUS = ("message/delivery-status", "message/global-delivery-status")
FEEDBACK = "message/feedback-report"
ORIGINAL = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
# Where an envelope's addresses are kept: the report's own, the returned mail's, and the complaint's word for it.
REACHED = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Rcpt-To", "Return-Path")
SENT_BY = ("Return-Path", "X-Return-Path", "Envelope-From", "X-Envelope-From", "Errors-To", "Original-Mail-From")
ADDRESS = re.compile(r'[^\s<>,;:"()]+')
NAMES = re.compile(r"<[^<>\s]+>")

FATES = {
    "failed": Fate.BOUNCED,
    "delayed": Fate.DELAYED,
    "delivered": Fate.DELIVERED,
    "expanded": Fate.DELIVERED,
}
WORST_FIRST = (Fate.BOUNCED, Fate.DELAYED, Fate.DELIVERED, Fate.UNKNOWN)
BY_CLASS = {"5": "failed", "4": "delayed", "2": "delivered"}
# Reports of these types praise the mail, or are about its signature.
NO_COMPLAINT = ("not-spam", "auth-failure")
JMRP = "X-HmXmrOriginalRecipient"

# The two forms of plain words that name their addresses in a fixed way: qmail's, and Exim's of former days.
QMAIL = re.compile(r"\s*Hi\. This is the [\w-]+ program at ")
FAILED_TO = "X-Failed-Recipients"
COPY = re.compile(r"^-{3,} ?(?:Below this line|This) is a copy of (?:the|your) message.*$", re.MULTILINE)
SAID = re.compile(r"^\s*<?[^\s<>]+@[^\s<>]+>?:?[ \t]*\r?\n(.+?)(?:\r?\n\s*\r?\n|\Z)", re.MULTILINE | re.DOTALL)


class Unreadable(Exception):
    """What came is no message that anybody could read."""


class _Capped(Compat32):
    """Headers as text of a bounded length; a charset that is not named is tried as UTF-8."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse([line[:MOST_HEADER] for line in sourcelines[:MOST_PARTS]])
        return name, value[:MOST_HEADER]

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


PARSER = BytesParser(policy=_Capped())


def parse(data: bytes, key: bytes) -> Returned:
    """What became of which mail of ours; `key` proves envelope senders."""
    try:
        return _read(_parsed(data), key)
    except Exception as error:  # the standard parser meets hostile input with errors of every kind
        raise Unreadable("not a message that can be read") from error


def _parsed(data: bytes) -> Message:
    head = b"".join(data[:LONGEST].splitlines(keepends=True)[:MOST_LINES])
    if head.lower().count(b"multipart/") > MOST_NESTED:
        raise ValueError("parts within parts")
    return PARSER.parsebytes(head)


def _read(message: Message, key: bytes) -> Returned:
    parts = dict(reversed([(part.get_content_type(), part) for part in _parts(message)]))
    original = next((_headers(parts[kind]) for kind in ORIGINAL if kind in parts), None)
    status = next((parts[kind] for kind in STATUS if kind in parts), None)
    if status is not None:
        about = _worst(status)
    elif FEEDBACK in parts:
        original = _with_fields(original, parts[FEEDBACK])
        about = _complaint(parts[FEEDBACK])
    elif original is not None and original[JMRP]:
        about = Returned(Fate.COMPLAINED)
    else:
        about, copied = _words(message, parts.get("text/plain"))
        original = copied or original
    return replace(about, row=_row(message, original, key), message_id=_name(message, original))


def _parts(message: Message) -> Iterator[Message]:
    """The leaves of the report itself, not of the mail that it gives back."""
    return islice(_leaves(message, DEEPEST), MOST_PARTS)


def _leaves(message: Message, depth: int) -> Iterator[Message]:
    if message.get_content_maintype() != "multipart":
        yield message
    elif depth:
        for part in _inner(message):
            yield from _leaves(part, depth - 1)


def _inner(part: Message) -> list[Message]:
    inner = part.get_payload()
    return [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []


def _headers(part: Message) -> Message:
    """The headers of the mail that is given back, all of it or not."""
    return next(iter(_inner(part)), None) or _parsed(_text(part).encode("utf-8", "surrogateescape"))


def _text(part: Message) -> str:
    body = part.get_payload(decode=True)
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else ""


def _with_fields(original: Message | None, part: Message) -> Message:
    """The envelope's sender as the complaint names it, beside what it gives back."""
    fields, found = _headers(part), original if original is not None else Message(_Capped())
    for value in fields.get_all("Original-Mail-From", []):
        found["Original-Mail-From"] = value
    return found


def _complaint(part: Message) -> Returned:
    kind = legible(_headers(part).get("Feedback-Type", "")).lower()
    return Returned(Fate.UNKNOWN if kind in NO_COMPLAINT else Fate.COMPLAINED, diagnostic=kind)


def _worst(part: Message) -> Returned:
    """Of several recipients the one that fared worst: a mail of ours has one, and servers may have made more of it."""
    blocks = _inner(part)
    if len(blocks) == 1 and not blocks[0].is_multipart():  # the international form: all but the first is left as text
        texts = re.split(r"\r?\n\r?\n", _text(blocks[0]))[:MOST_PARTS]
        blocks += [_parsed(text.encode("utf-8", "surrogateescape")) for text in texts]
    told = [_recipient(block) for block in blocks[:MOST_PARTS] if block["Action"] or block["Status"]]
    return min(told, key=lambda one: (WORST_FIRST.index(one.fate), not one.dead), default=Returned(Fate.UNKNOWN))


def _recipient(block: Message) -> Returned:
    _, typed, text = block.get("Diagnostic-Code", "").partition(";")
    diagnostic = unshaped(legible(text if typed else block.get("Diagnostic-Code", "")))
    status = _status(block.get("Status", ""), diagnostic)
    action = re.match(r"[a-z]*", block.get("Action", "").strip().lower())
    word = action[0] if action and action[0] else BY_CLASS.get(status[:1], "")
    fate = FATES.get(word, Fate.UNKNOWN)
    return Returned(fate, permanent=fate is Fate.BOUNCED, status=status, diagnostic=diagnostic)


def _status(given: str, diagnostic: str) -> str:
    """The code given; where it only says "failed", what the server said to it."""
    status, said = status_in(given), status_in(diagnostic)
    vague = not status or status.endswith(".0.0")
    return said if said and vague and said[0] == (status or said)[0] else status


def _words(message: Message, part: Message | None) -> tuple[Returned, Message | None]:
    """A report in plain words, and the mail that is copied below them."""
    text = _text(part) if part is not None else ""
    if not (QMAIL.match(text) or message[FAILED_TO]):
        return Returned(Fate.UNKNOWN), None
    above, *below = COPY.split(text, maxsplit=1)
    said = SAID.search(above)
    diagnostic = unshaped(legible(said[1] if said else ""))
    copied = _parsed(below[0].lstrip().encode("utf-8", "surrogateescape")) if below else None
    return Returned(Fate.BOUNCED, permanent=True, status=status_in(diagnostic), diagnostic=diagnostic), copied


def _row(message: Message, original: Message | None, key: bytes) -> UUID | None:
    """By an envelope sender of ours, wherever it was written down."""
    kept = [message.get_all(name, []) for name in REACHED]
    kept += [original.get_all(name, []) for name in SENT_BY] if original is not None else []
    addresses = (address for value in chain.from_iterable(kept) for address in ADDRESS.findall(value))
    found = (verp.row_of(address, key) for address in islice(addresses, MOST_HEADER))
    return next(filter(None, found), None)


def _name(message: Message, original: Message | None) -> str | None:
    """The Message-ID of the mail that is given back, or else of the one that is answered."""
    kept = original.get_all("Message-ID", []) if original is not None else []
    answered = [value for name in ("In-Reply-To", "References") for value in message.get_all(name, [])]
    names = (name for value in chain(kept, answered) for name in NAMES.findall(value))
    return next((name for name in islice(names, MOST_HEADER) if MAIL.fullmatch(name)), None)
