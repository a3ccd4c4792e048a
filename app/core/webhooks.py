"""The rules of telling others: which events an endpoint hears, under which name, and when it is tried again."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from app.core.hooks import Disabling
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import InvitationKind, NewsType

# The waits before each of the ten tries: 75 hours and 35 minutes in all.
SCHEDULE = (
    timedelta(0),
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=h) for h in (2, 5, 10, 14, 20, 24)),
)
JITTER = 0.1
# For so many tries, about 35 minutes, the events behind one that fails wait for it; then they overtake it.
HOLDS = 4
PATIENCE = timedelta(days=5)
# After any failure an endpoint is left in peace for a moment.
PAUSE = timedelta(seconds=4)
# For how long both secrets sign, or are good, after one was replaced.
OVERLAP = timedelta(hours=24)
KEPT = timedelta(days=30)
# As at the vendor, one can ask for so long what became of a test.
TESTS_KEPT = timedelta(days=7)
LARGEST = 20_000  # bytes of a body, as Standard Webhooks advise
MOST_PATTERNS = 50
EVERY = "*"
PATTERNS = (EVERY, *NewsType, *dict.fromkeys(f"{type.partition('.')[0]}.*" for type in NewsType if "." in type))

# What the vendor's notifications call it; of these names only the relationship's and the test's are the vendor's own.
VENDORS: dict[NewsType, str] = {
    NewsType.CREATED: "agreement-created",
    NewsType.INVITED: "agreement-invited",
    NewsType.ACCEPTED: "agreement-accepted-by-customer",
    NewsType.ATTESTED: "agreement-attested-by-partner",
    NewsType.BLOCKED: "agreement-blocked",
    NewsType.LAPSED: "agreement-lapsed",
    NewsType.DECLINED: "agreement-declined-by-customer",
    NewsType.WITHDRAWN: "agreement-withdrawn",
    NewsType.DISPUTED: "agreement-disputed",
    NewsType.DISPUTE_CLOSED: "agreement-dispute-closed",
    NewsType.MAIL_SENT: "invitation-sent",
    NewsType.MAIL_DELIVERED: "invitation-delivered",
    NewsType.MAIL_BOUNCED: "invitation-bounced",
    NewsType.MAIL_COMPLAINED: "invitation-complained",
    NewsType.MAIL_EXPIRING: "invitation-expiring",
    NewsType.DRAFT_SUBMITTED: "draft-submitted",
    NewsType.DRAFT_APPROVED: "draft-approved",
    NewsType.DRAFT_RETURNED: "draft-returned",
    NewsType.ENDPOINT_DISABLED: "endpoint-disabled",
    NewsType.TEST: "test-created",
}
TEST_CREATED = VENDORS[NewsType.TEST]
RELATIONSHIP = "reseller-relationship-accepted-by-customer"
RESOLD_RELATIONSHIP = "indirect-reseller-relationship-accepted-by-customer"
# Other events of the vendor's can be registered for, as programs written for it do; they never happen here.
ELSEWHERE = (
    *("dap-admin-relationship-", "granular-admin-", "new-commerce-migration-", "referral-", "related-referral-"),
    *("subscription-updated", "invoice-ready", "usagerecords-thresholdexceeded", "azure-fraud-event-detected"),
)
VENDOR_EVENTS = (*VENDORS.values(), RELATIONSHIP, RESOLD_RELATIONSHIP)


class Rotating(Protocol):
    """A row with a secret, and for a day the one before it."""

    secret: bytes | None
    former_secret: bytes | None
    former_until: datetime | None


def rotate(row: Rotating, secret: bytes, now: datetime) -> None:
    row.former_secret, row.former_until = row.secret, now + OVERLAP
    row.secret = secret


def in_force(row: Rotating, now: datetime) -> tuple[bytes, ...]:
    """The secrets that sign, or are good, now: the newer first."""
    former = row.former_secret if row.former_until and now < row.former_until else None
    return tuple(secret for secret in (row.secret, former) if secret)


def patterns(given: Iterable[str]) -> list[str]:
    """What an endpoint wants to hear: types, whole families such as `agreement.*`, or `*`; each must be known."""
    found = list(dict.fromkeys(given))
    refuse_if(not found, Reason.MISSING_FIELD, field="events")
    refuse_if(len(found) > MOST_PATTERNS, Reason.INVALID_VALUE, field=f"events (at most {MOST_PATTERNS})")
    for pattern in found:
        refuse_if(pattern not in PATTERNS, Reason.INVALID_VALUE, field=f"events ({pattern[:80]})")
    return found


def vendor_events(given: Iterable[str]) -> list[str]:
    """The same in the vendor's words, in any case of letters."""
    known = {name.lower(): name for name in VENDOR_EVENTS}
    found = [known.get(name.lower(), name) for name in given]
    refuse_if(not found, Reason.MISSING_FIELD, field="WebhookEvents")
    for name in found:
        known_there = name.lower().startswith(ELSEWHERE)
        refuse_if(
            name not in VENDOR_EVENTS and not known_there, Reason.INVALID_VALUE, field=f"WebhookEvents ({name[:80]})"
        )
    return list(dict.fromkeys(found))


def hears(events: Iterable[str], type: str) -> bool:
    family = f"{type.partition('.')[0]}.*"
    return any(pattern in (EVERY, type, family) for pattern in events)


def vendor_names(type: NewsType, asked: InvitationKind | None, resold: bool) -> tuple[str, ...]:
    """Who accepts an invitation to a relationship has accepted that as well: two notifications."""
    related = type is NewsType.ACCEPTED and asked is InvitationKind.RELATIONSHIP
    return (*((RESOLD_RELATIONSHIP if resold else RELATIONSHIP,) if related else ()), VENDORS[type])


def next_try(attempts: int, now: datetime, retry_after: float | None = None) -> datetime | None:
    """When to try again after so many tries, later where the other side asks for it; None: never."""
    if attempts >= len(SCHEDULE):
        return None
    wait = SCHEDULE[attempts] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311
    return now + max(wait, timedelta(seconds=retry_after or 0))


def given_up(status: int | None, failing_since: datetime, now: datetime) -> Disabling | None:
    """Whether an endpoint that just failed is not to be called any more."""
    if status == 410:
        return Disabling.GONE
    return Disabling.FAILING if now - failing_since >= PATIENCE else None
