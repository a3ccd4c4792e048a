"""What a mail must know: plain facts, gathered at sending time, without any secret in the clear."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from app.core.languages import Language
from app.core.links import LinkFacts
from app.core.vocabulary import AgreementType, Owed

LONGEST_MAILTO = 1900  # what every browser and mail program still takes over


@dataclass(frozen=True)
class Mailbox:
    name: str
    email: str


@dataclass(frozen=True)
class Challenge:
    """Which one-time code to derive."""

    session: UUID
    number: int


@dataclass(frozen=True)
class Invited:
    """Which link to derive, and what it asks for."""

    id: UUID
    generation: int
    link: LinkFacts
    expires_at: datetime


@dataclass(frozen=True)
class Revealed:
    """Which one-time link to derive; the first password itself, sealed, only where the partner's switch asks for it."""

    id: UUID
    generation: int
    sealed: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Logo:
    content: bytes = field(repr=False)
    type: str
    alt: str


@dataclass(frozen=True)
class Brand:
    """How the partner's mails look: an accent and a picture."""

    colour: str | None = None
    logo: Logo | None = None


@dataclass(frozen=True)
class Own:
    """Words of the partner's, or of the inviter's, in the place of ours: in the placeholder language."""

    subject: str
    text: str
    html: str | None = None


@dataclass(frozen=True)
class MailFacts:
    """One mail: `words` go into its templates as they are, `days` as days of the reader's calendar."""

    owed: Owed
    folder: str
    language: Language
    to: tuple[Mailbox, ...]
    partner: str
    words: Mapping[str, str | None] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    days: Mapping[str, datetime] = field(default_factory=dict)
    reply_to: Mailbox | None = None
    agreement: AgreementType | None = None
    invited: Invited | None = None
    challenge: Challenge | None = None
    revealed: Revealed | None = None
    brand: Brand = Brand()
    own: Own | None = None


def mailto(address: str, subject: str, text: str) -> str | None:
    """The mail as an address that opens a mail program; None where it is too long for one."""
    body = text.replace("\r\n", "\n").replace("\n", "\r\n")
    found = f"mailto:{quote(address, safe='@')}?subject={quote(subject, safe='')}&body={quote(body, safe='')}"
    return found if len(found) < LONGEST_MAILTO else None
