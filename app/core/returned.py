"""What a message that came back says of a mail of ours, and what its status means for the mailbox."""

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

# An enhanced status code (RFC 3463), but not the middle of an address such as 10.5.1.1.
ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
# They speak of the sender, though they begin like those of a mailbox.
BAD_SENDER = ("5.1.7", "5.1.8")
DISABLED = "5.2.1"


class Fate(StrEnum):
    BOUNCED = "bounced"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    COMPLAINED = "complained"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Returned:
    """`row`: the mail, proven by its envelope sender; `message_id`: as the report names it, to be looked up."""

    fate: Fate
    row: UUID | None = None
    message_id: str | None = None
    permanent: bool = False  # nobody will try again
    status: str = ""
    diagnostic: str = ""

    @property
    def dead(self) -> bool:
        """Nobody has this mailbox: writing to it again is pointless."""
        return self.permanent and dead(self.status)


def status_in(text: str) -> str:
    """The first status code in what a server said; "" where there is none."""
    found = ENHANCED.search(text)
    return found[1] if found else ""


def dead(status: str) -> bool:
    """5.1.x is the address and 5.2.1 one that was closed; a full mailbox is alive, and 5.7.x is about us."""
    return (status.startswith("5.1.") and status not in BAD_SENDER) or status == DISABLED
