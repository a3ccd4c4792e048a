"""Facts of mails for tests: one of each kind, and a composer that makes messages of them."""

import email
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

from app.core.links import LinkFacts
from app.core.mails import Challenge, Mailbox, MailFacts
from app.core.vocabulary import InvitationKind, Owed
from app.installation import TEMPLATES
from app.mail.compose import Composer, Message

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ID = UUID("0199f0c2-1111-7abc-8def-0123456789ab")
MESSAGE_ID = f"<{ID}@assent.example>"
COMPOSER = Composer(
    TEMPLATES, "https://assent.example", "Assent <assent@assent.example>", "builtin", b"l" * 32, b"c" * 32
)
MICROSOFT = replace(COMPOSER, portal="microsoft")
MARIA = Mailbox("Maria Ek", "maria@contoso.example")
HEADERS = ["From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]


def facts(kind: InvitationKind = InvitationKind.AGREEMENT, **changes: Any) -> MailFacts:
    usual = MailFacts(
        owed=Owed.INVITATION,
        to=(MARIA,),
        reply_to=Mailbox("Ana Lind", "ana@fabrikam.example"),
        partner="Fabrikam",
        company="Contoso",
        invitation=ID,
        generation=1,
        kind=kind,
        link=LinkFacts(kind, ID),
        expires_at=datetime(2026, 12, 21, 9, 0, tzinfo=UTC),
        customer_id=ID,
        contact=MARIA,
    )
    return replace(usual, **changes)


RELATIONSHIP, NEW = InvitationKind.RELATIONSHIP, InvitationKind.NEW_CUSTOMER
THROUGH = LinkFacts(RELATIONSHIP, ID, ID, "4711", dap=True)
KINDS: dict[str, Callable[..., MailFacts]] = {
    "agreement": facts,
    "agreement through a reseller": lambda **c: facts(**{"reseller": "Tailspin", **c}),
    "agreement, nobody to reply to": lambda **c: facts(**{"reply_to": None, **c}),
    "relationship": lambda **c: facts(RELATIONSHIP, **c),
    "relationship through a reseller": lambda **c: facts(
        RELATIONSHIP, **{"reseller": "Tailspin", "link": THROUGH, **c}
    ),
    "new customer": lambda **c: facts(NEW, **{"user_name": "admin@contoso.example", **c}),
    "new customer without an account": lambda **c: facts(NEW, **c),
    "sign-in code": lambda **c: facts(owed=Owed.SIGN_IN_CODE, challenge=Challenge(ID, 3), **c),
    "blocked": lambda **c: facts(owed=Owed.BLOCKED, **c),
}


def composed(given: MailFacts, composer: Composer = COMPOSER) -> Message:
    return composer.compose(given, MESSAGE_ID, AT)


def parsed(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=policy.default)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def raw_header(data: bytes, name: str) -> str:
    """The header as it stands in the bytes, unfolded."""
    head = data.partition(b"\r\n\r\n")[0].decode("ascii")
    lines = re.sub(r"\r\n(?=[ \t])", "", head).split("\r\n")
    (value,) = [line[len(name) + 2 :] for line in lines if line.startswith(f"{name}: ")]
    return value


def everywhere(mail: MailFacts, text: str) -> MailFacts:
    """The same text in every field a person filled in."""
    to, reply = Mailbox(text, "maria@contoso.example"), Mailbox(text, "ana@fabrikam.example")
    return replace(
        mail,
        to=(to,),
        contact=to,
        reply_to=reply if mail.reply_to else None,
        partner=text,
        company=text,
        reseller=text if mail.reseller else None,
        user_name=text if mail.user_name else None,
    )


class Tags(HTMLParser):
    """The tags of a page, in order, with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, attrs))


def tags(page: str) -> Iterator[tuple[str, Any]]:
    parser = Tags()
    parser.feed(page)
    yield from parser.seen
