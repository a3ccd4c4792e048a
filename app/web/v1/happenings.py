"""What may be told by webhook, in words: each event that is posted, and each that is taken, with its facts."""

from dataclasses import dataclass
from typing import Any

from app.core.hooks import SigningScheme
from app.core.vocabulary import NewsType
from app.core.webhooks import RELATIONSHIP, RESOLD_RELATIONSHIP, TEST_CREATED

TOLD: dict[NewsType, str] = {
    NewsType.CREATED: "A customer was added, or an agreement of another type came into use for it.",
    NewsType.INVITED: "The customer was asked to accept, for the first time or anew; a link it had before is dead.",
    NewsType.ACCEPTED: "The customer itself accepted. `assurance` says how it was made sure who that was.",
    NewsType.ATTESTED: "The partner vouched for the customer's acceptance: for the first time, to correct it, or anew. "
    "Beside an acceptance of the customer's own that counts, `state` stays `direct-accepted`.",
    NewsType.BLOCKED: "The customer cannot accept by itself, because it has bought before: it needs an attestation.",
    NewsType.LAPSED: "An invitation ran out or was revoked; the agreement stands where it stood before.",
    NewsType.DECLINED: "The customer said no to an invitation; the agreement stands where it stood before.",
    NewsType.WITHDRAWN: "The customer no longer agrees: its subscriptions are to be cancelled.",
    NewsType.DISPUTED: "Somebody says that the acceptance on record is wrong; until that is decided it counts.",
    NewsType.DISPUTE_CLOSED: "A dispute was decided: the acceptance stands, or was withdrawn (told just before).",
    NewsType.MAIL_SENT: "Your relay took the mail with the invitation.",
    NewsType.MAIL_DELIVERED: "The invitation lies in the mailbox, says the system that reports on your mail.",
    NewsType.MAIL_BOUNCED: "The mailbox refused the invitation for good or sent it back: correct the address.",
    NewsType.MAIL_COMPLAINED: "Whoever got the invitation called it spam; that mailbox is not written to again.",
    NewsType.MAIL_EXPIRING: "The invitation ends soon and nobody has answered; its contact is warned by mail.",
    NewsType.DRAFT_SUBMITTED: "A draft of an attestation was submitted, or submitted again, and waits to be decided.",
    NewsType.DRAFT_APPROVED: "A draft was approved; the attestation it became is told just before.",
    NewsType.DRAFT_RETURNED: "A draft was returned with a reason, to be corrected and submitted again.",
    NewsType.ENDPOINT_DISABLED: "An endpoint of yours is not called any more: it answered 410, or failed for too long.",
    NewsType.TEST: "You asked for it. It says nothing, and has no number in the feed.",
}


@dataclass(frozen=True)
class Fact:
    name: str
    meaning: str
    sample: Any
    required: bool = False


CUSTOMER = Fact("customerId", "The customer's id.", "b6d4c2a0-7c1f-4e83-8d0b-5a9f3e2c6d10", required=True)
TYPE = Fact("agreementType", "Which agreement; left out: `MicrosoftCustomerAgreement`.", None)
MAIL = Fact(
    "messageId",
    "The `Message-ID` of the mail. Or `invitationId` instead: the invitation it carried.",
    "<01936f00-0000-7000-8000-000000000001@assent.example>",
    required=True,
)
RESOURCE = Fact(
    "ResourceUri",
    "The customer's resource.",
    "/v1/customers/b6d4c2a0-7c1f-4e83-8d0b-5a9f3e2c6d10",
    required=True,
)
MOMENT = Fact("ResourceChangeUtcDate", "When; at most 7 days ago.", "2026-11-20T09:00:00.0000000+00:00", required=True)
RELATED = "The customer accepted the relationship: it becomes active."


@dataclass(frozen=True)
class Report:
    """An event that is taken: what we do about it, and the facts it brings."""

    does: str
    facts: tuple[Fact, ...] = ()


TAKEN: dict[tuple[SigningScheme, str], Report] = {
    (SigningScheme.STANDARD, "agreement.accepted"): Report(
        "The customer accepted elsewhere: recorded as its own acceptance, with the assurance `imported`. There has to "
        "be an open invitation.",
        (
            CUSTOMER,
            TYPE,
            Fact("invitationId", "Which invitation it answers; left out: the open one.", None),
            Fact("dateAgreed", "When; left out: now.", "2026-11-20T09:00:00Z"),
            Fact("firstName", "Who accepted: the first name,", "Maria"),
            Fact("lastName", "the last name,", "Ek"),
            Fact("email", "and the mailbox.", "maria@contoso.example"),
        ),
    ),
    (SigningScheme.STANDARD, "agreement.blocked"): Report(
        "The customer was told elsewhere to reach out to its partner: blocked, with a task to attest.",
        (
            CUSTOMER,
            TYPE,
            Fact("scenario", "1: it bought before through this partner; 2: through another.", 1, required=True),
        ),
    ),
    (SigningScheme.STANDARD, "relationship.accepted"): Report(RELATED, (CUSTOMER,)),
    (SigningScheme.STANDARD, "customer.purchased"): Report(
        "A purchase, kept as prior history. A customer that can no longer accept by itself is blocked at once.",
        (
            CUSTOMER,
            Fact("kind", "What was bought; left out: `offer`.", "azure-plan"),
            Fact("date", "When; left out: today.", "2026-11-20"),
        ),
    ),
    (SigningScheme.STANDARD, "order.refused"): Report(
        "An order was refused elsewhere, for example with 13605: a task.",
        (
            CUSTOMER,
            Fact("offerId", "What was ordered.", "CFQ7TTC0LH16"),
            Fact("code", "The refusal's code.", 13605),
        ),
    ),
    (SigningScheme.STANDARD, "email.delivered"): Report("A mail of ours lies in the mailbox.", (MAIL,)),
    (SigningScheme.STANDARD, "email.bounced"): Report(
        "A mail of ours came back: the invitation is marked and a task says so. A mailbox that nobody has is not "
        "written to again.",
        (
            MAIL,
            Fact("permanent", "`false`: it may be delivered yet, and nothing is done; left out: `true`.", True),
            Fact("status", "The enhanced status code. 5.1.x and 5.2.1, or none: nobody has the mailbox.", "5.1.1"),
        ),
    ),
    (SigningScheme.STANDARD, "email.complained"): Report(
        "Whoever got a mail of ours called it spam: that mailbox is not written to again.", (MAIL,)
    ),
    (SigningScheme.STANDARD, "template.published"): Report(
        "The vendor has a new version of an agreement: a task.",
        (Fact("templateId", "Which.", "117a77b0-9360-443b-8795-c6dedc750cf9"),),
    ),
    (SigningScheme.VENDOR, RELATIONSHIP): Report(RELATED, (RESOURCE, MOMENT)),
    (SigningScheme.VENDOR, RESOLD_RELATIONSHIP): Report(RELATED, (RESOURCE, MOMENT)),
    (SigningScheme.VENDOR, TEST_CREATED): Report("The vendor tries whether we are there: nothing is done.", (MOMENT,)),
}
