"""The chapters of the page that shows the API to people, in the order of reading, and the nouns of each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Chapter:
    slug: str
    title: str
    nouns: tuple[str, ...]
    words: str


CHAPTERS = (
    Chapter("status", "Status and records", ("acceptance",), "Where one customer's agreement stands, and why."),
    Chapter("portfolio", "Portfolio", ("acceptances",), "The same of all customers, filtered, counted, or as a file."),
    Chapter("feed", "Changes", ("changes",), "What happened, in order and without gaps."),
    Chapter(
        "webhooks",
        "Webhooks",
        ("endpoints", "deliveries", "registration", "certificates", "sources", "received"),
        "Be told of what happens, and tell of what happened elsewhere.",
    ),
    Chapter("gate", "May this customer order?", ("eligibility", "orders"), "The gate, and orders through it."),
    Chapter("invitations", "Invitations", ("invitations", "suppressions"), "Ask the customer to accept by itself."),
    Chapter("mails", "Mails", ("mail", "mailtemplates", "branding"), "What mails say and how they look, of your own."),
    Chapter(
        "agreements",
        "Agreements",
        ("agreements", "directSignedMicrosoftCustomerAgreementStatus", "agreementtemplates", "documents"),
        "The partner's word, on the vendor's routes; what has been signed; the texts.",
    ),
    Chapter(
        "drafts",
        "Attestation drafts",
        ("attestationdrafts",),
        "Prepared by an indirect reseller or a colleague, decided by the confirming partner.",
    ),
    Chapter("past", "Withdrawals and purchases", ("withdrawals", "purchases"), "What is said of a customer's past."),
    Chapter("customers", "Customers", ("customers", "domains"), "The vendor's customer routes."),
    Chapter(
        "relationships",
        "Relationships",
        ("relationships", "relationshiprequests", "compliance"),
        "The indirect model as the vendor shows it.",
    ),
)
OTHERS = Chapter("more", "More", (), "The description itself, for programs.")


def of(noun: str) -> Chapter:
    return next((chapter for chapter in CHAPTERS if noun in chapter.nouns), OTHERS)
