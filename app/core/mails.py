"""What a mail must know: plain facts, gathered at sending time, without any secret."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.links import LinkFacts
from app.core.vocabulary import InvitationKind, Owed


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
