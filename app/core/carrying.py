"""The closed vocabularies of carrying mail: its lanes, how it ended, what is known of mailboxes, why it waits."""

from enum import StrEnum


class Lane(StrEnum):
    INTERACTIVE = "interactive"
    BULK = "bulk"
    TIMER = "timer"


class Delivery(StrEnum):
    NOT_SENT = "not-sent"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


class Outcome(StrEnum):
    """How an outbox row ended, as the archive keeps it."""

    DONE = "done"
    NOT_NEEDED = "not-needed"


class Health(StrEnum):
    """What is known of an invited person's mailbox."""

    OK = "ok"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"


class Trouble(StrEnum):
    """Why mail does not reach a customer, as lists ask for it."""

    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"


class Pausing(StrEnum):
    """Why bulk mail is held back."""

    BY_HAND = "by-hand"
    HARD_BOUNCES = "hard-bounces"
