"""What a mail must know: plain facts, gathered at sending time, without any secret."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from app.core.links import LinkFacts
from app.core.vocabulary import InvitationKind, Owed

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
class MailFacts:
    owed: Owed
    to: tuple[Mailbox, ...]
    reply_to: Mailbox | None
    partner: str
    company: str
    invitation: UUID
    generation: int
    kind: InvitationKind
    link: LinkFacts
    expires_at: datetime
    reseller: str | None = None
    user_name: str | None = None
    challenge: Challenge | None = None
    customer_id: UUID | None = None
    contact: Mailbox | None = None


@dataclass(frozen=True)
class Notice:
    """A mail to the partner's people about the installation's own work, not about a customer."""

    owed: Owed
    to: tuple[Mailbox, ...]
    partner: str
    about: str
    id: UUID
    why: str
    since: datetime
    reply_to: Mailbox | None = None


Letter = MailFacts | Notice


def mailto(address: str, subject: str, text: str) -> str | None:
    """The mail as an address that opens a mail program; None where it is too long for one."""
    body = text.replace("\r\n", "\n").replace("\n", "\r\n")
    found = f"mailto:{quote(address, safe='@')}?subject={quote(subject, safe='')}&body={quote(body, safe='')}"
    return found if len(found) < LONGEST_MAILTO else None
