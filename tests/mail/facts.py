"""Facts of mails for tests, a composer that makes messages of them, and how to read what it made."""

import email
import re
import struct
import zlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, MultiFernet

from app.core.languages import Language
from app.core.links import LinkFacts
from app.core.mails import Brand, Invited, Logo, Mailbox, MailFacts
from app.core.vocabulary import AgreementType, InvitationKind, Owed
from app.installation import TEMPLATES
from app.mail.compose import Composer, Message, Secrets
from app.mail.skeletons import WORDS

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ENDS = datetime(2026, 12, 21, 9, 0, tzinfo=UTC)
ID = UUID("0199f0c2-1111-7abc-8def-0123456789ab")
MESSAGE_ID = f"<{ID}@assent.example>"
VAULT = MultiFernet([Fernet(b64encode(b"v" * 32))])
SECRETS = Secrets(b"l" * 32, b"c" * 32, b"r" * 32, b"s" * 32, b"b" * 32, VAULT)
COMPOSER = Composer(TEMPLATES, "https://assent.example", "Assent <assent@assent.example>", "builtin", SECRETS)
MICROSOFT = replace(COMPOSER, portal="microsoft")
PASSWORD = "Fjord-4711-Kanel"
MARIA, ANA = Mailbox("Maria Ek", "maria@contoso.example"), Mailbox("Ana Lind", "ana@fabrikam.example")
FOLDERS = {
    InvitationKind.AGREEMENT: "agreement",
    InvitationKind.RELATIONSHIP: "relationship-and-agreement",
    InvitationKind.NEW_CUSTOMER: "new-customer",
}
HEADERS = [
    *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
    *("List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version", "Content-Type"),
]
SOMETIMES = ("Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post")
ABOUT = {"company": "Contoso", "contact": MARIA.name, "contact_email": MARIA.email, "customer_id": str(ID)}


def facts(kind: InvitationKind = InvitationKind.AGREEMENT, **changes: Any) -> MailFacts:
    """A mail that asks for an answer; `words` and `numbers` are added to the usual ones."""
    words = ABOUT | {"agreement_kind": kind.value} | changes.pop("words", {})
    usual = MailFacts(
        owed=Owed.INVITATION,
        folder=FOLDERS[kind],
        language=Language.ENGLISH,
        to=(MARIA,),
        partner="Fabrikam",
        words=words,
        numbers={"days_left": 30} | changes.pop("numbers", {}),
        days={"expires": ENDS},
        reply_to=ANA,
        agreement=AgreementType.MCA,
        invited=Invited(ID, 1, LinkFacts(kind, ID, dap=bool(words.get("dap"))), ENDS),
    )
    return replace(usual, **changes)


def notice(owed: Owed, words: dict[str, str] | None = None, **changes: Any) -> MailFacts:
    """A mail that tells something."""
    usual = MailFacts(
        owed=owed,
        folder=owed.value,
        language=Language.ENGLISH,
        to=(ANA,),
        partner="Fabrikam",
        words=ABOUT | (words or {}),
        agreement=AgreementType.MCA,
    )
    return replace(usual, **changes)


def picture(width: int = 280, height: int = 80) -> bytes:
    """A PNG of one colour."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress((b"\0" + b"\xc0\x30\x60" * width) * height)),
        (b"IEND", b""),
    ]
    made = [struct.pack(">I", len(data)) + name + data + _sum(name + data) for name, data in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


def _sum(data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(data))


def branded(mail: MailFacts, alt: str = "Fabrikam AB") -> MailFacts:
    return replace(mail, brand=Brand("#c03060", Logo(picture(), "image/png", alt)))


def composed(given: MailFacts, composer: Composer = COMPOSER) -> Message:
    return composer.compose(given, MESSAGE_ID, AT)


def parsed(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=policy.default)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def raw_header(data: bytes, name: str) -> str:
    """The header as it stands in the bytes, unfolded."""
    head = data.partition(b"\r\n\r\n")[0].decode("ascii")
    lines = re.sub(r"\r\n(?=[ \t])", "", head).split("\r\n")
    (value,) = [line[len(name) + 2 :] for line in lines if line.startswith(f"{name}: ")]
    return value


def everywhere(mail: MailFacts, text: str) -> MailFacts:
    """The same text wherever there is one, but in what templates compare; the addresses of the envelope stay."""
    words = {name: text if value and name not in WORDS else value for name, value in mail.words.items()}
    logo = mail.brand.logo
    return replace(
        mail,
        to=tuple(Mailbox(text, to.email) for to in mail.to),
        reply_to=Mailbox(text, mail.reply_to.email) if mail.reply_to else None,
        partner=text,
        words=words,
        brand=replace(mail.brand, logo=replace(logo, alt=text)) if logo else mail.brand,
    )


class Tags(HTMLParser):
    """The tags of a page, in order, with their attributes, and the text after each."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, Any]] = []
        self.said: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.said.append((self.seen[-1][0] if self.seen else "", data.strip()))


def tags(page: str) -> Iterator[tuple[str, Any]]:
    parser = Tags()
    parser.feed(page)
    yield from parser.seen


def said(page: str) -> str:
    """What the body of a page says, without its style."""
    parser = Tags()
    parser.feed(page.partition("<body")[2])
    return " ".join(text for _, text in parser.said)
