"""What pages call the events of webhooks, what becomes of them, and what to do where one was refused."""

from collections.abc import Mapping

from app.core.hooks import Arrival, Calling, Disabling
from app.core.vocabulary import NewsType
from app.core.webhooks import EVERY
from app.tongue import N_, gettext
from app.web.pages.words import Word, shown

# Families of events in the order of the form, each with its events and what they mean.
FAMILIES: Mapping[str, tuple[str, Mapping[NewsType, str]]] = {
    "agreement.*": (
        N_("Agreements"),
        {
            NewsType.CREATED: N_("a customer was added; its agreement is followed from now on"),
            NewsType.INVITED: N_("the customer was asked to accept"),
            NewsType.ACCEPTED: N_("the customer has accepted the agreement itself"),
            NewsType.ATTESTED: N_("the partner has vouched for the acceptance"),
            NewsType.BLOCKED: N_("the customer cannot accept by itself; the partner has to attest"),
            NewsType.LAPSED: N_("an invitation ended without an answer"),
            NewsType.DECLINED: N_("the customer has said no"),
            NewsType.WITHDRAWN: N_("a confirmation was withdrawn"),
            NewsType.DISPUTED: N_("the customer objects to an attestation"),
            NewsType.DISPUTE_CLOSED: N_("an objection was decided"),
        },
    ),
    "invitation.*": (
        N_("Invitations on their way"),
        {
            NewsType.MAIL_SENT: N_("the mail server has taken the mail"),
            NewsType.MAIL_DELIVERED: N_("the mail has reached the mailbox"),
            NewsType.MAIL_BOUNCED: N_("the mail came back"),
            NewsType.MAIL_COMPLAINED: N_("the reader called the mail spam"),
            NewsType.MAIL_EXPIRING: N_("the invitation ends soon and has no answer yet"),
        },
    ),
    "draft.*": (
        N_("Drafts of attestations"),
        {
            NewsType.DRAFT_SUBMITTED: N_("a draft waits for a decision"),
            NewsType.DRAFT_APPROVED: N_("a draft was approved; the attestation stands"),
            NewsType.DRAFT_RETURNED: N_("a draft was sent back with a reason"),
        },
    ),
    "endpoint.*": (
        N_("Webhooks themselves"),
        {
            NewsType.ENDPOINT_DISABLED: N_("another endpoint is not called any more, as it failed for days"),
        },
    ),
}
CALLINGS: Mapping[Calling, Word] = {
    Calling.WAITING: Word("wait", N_("Waiting"), N_("It is sent now, or tried again at the time that is named.")),
    Calling.DELIVERED: Word("good", N_("Delivered"), N_("The endpoint has answered that it took it.")),
    Calling.FAILED: Word("stop", N_("Given up"), N_("Ten tries in three days failed. Replay it once it works again.")),
}
DISABLINGS: Mapping[Disabling, str] = {
    Disabling.GONE: N_("The endpoint answered 410: it is gone for good. Enable it again if that was a mistake."),
    Disabling.FAILING: N_("It failed for five days. Mend it, then enable it: it goes on where it stopped."),
    Disabling.BY_HAND: N_("Somebody of yours disabled it. Once it is enabled it goes on where it stopped."),
}
ARRIVALS: Mapping[Arrival, Word] = {
    Arrival.DONE: Word("good", N_("Done"), N_("What it told was written down.")),
    Arrival.REFUSED: Word("stop", N_("Refused"), N_("It was understood, but a rule said no; nothing was changed.")),
    Arrival.UNKNOWN: Word("quiet", N_("Nothing to do"), N_("Nothing follows here from an event of this name.")),
}
ERRORS: Mapping[str, str] = {
    "dns": N_("No machine has that name. Check the address."),
    "unsafe-address": N_("The name leads into a private network; the operator has to allow that."),
    "timeout": N_("It took too long to answer."),
    "tls": N_("No safe connection came about. Check the certificate of that machine."),
    "closed": N_("The connection was closed before an answer came."),
    "refused": N_("Nobody listened at that address."),
    "unreachable": N_("That machine could not be reached."),
    "garbled": N_("What came back was no answer of a web server."),
}


def error(word: str | None) -> str:
    """Why there was no good answer."""
    return gettext(ERRORS[word]) if word and word in ERRORS else word or ""


def calling(of: Calling | str) -> Word:
    return shown(CALLINGS[Calling(of)])


def disabling(of: Disabling | str) -> str:
    return gettext(DISABLINGS[Disabling(of)])


def arrival(of: Arrival | str) -> Word:
    return shown(ARRIVALS[Arrival(of)])


def families() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Pattern and name of each family, with its events and what they mean, as the form shows them."""
    return [
        (pattern, gettext(name), [(type.value, gettext(meaning)) for type, meaning in events.items()])
        for pattern, (name, events) in FAMILIES.items()
    ]


def heard(events: list[str]) -> list[str]:
    """What an endpoint hears, in words; names of the vendor's stay as they are."""
    return [_heard(event) for event in events]


def _heard(event: str) -> str:
    if event == EVERY:
        return gettext("everything")
    return gettext(FAMILIES[event][0]) if event in FAMILIES else event
