"""The words of webhooks, sent and received: how they are signed, how far they came, what became of them."""

from enum import StrEnum


class SigningScheme(StrEnum):
    """How a webhook is signed, ours and those we receive: as Standard Webhooks say, or as the vendor does."""

    STANDARD = "standard"
    VENDOR = "vendor"


class Calling(StrEnum):
    """How far the delivery of a webhook has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class Disabling(StrEnum):
    """Why an endpoint is not called any more."""

    GONE = "gone"
    FAILING = "failing"
    BY_HAND = "by-hand"


class Arrival(StrEnum):
    """What became of a webhook that was received."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
