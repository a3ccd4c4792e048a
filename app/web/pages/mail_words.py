"""What pages call what mails are, what stands in them, and why they wait or came back."""

from collections.abc import Mapping

from app.core.carrying import Health, Pausing
from app.core.names import Kind
from app.core.vocabulary import Owed
from app.tongue import N_, gettext
from app.web.pages.words import Word, shown

# What a wording may insert or ask for.
MEANINGS: Mapping[str, str] = {
    "partner": N_("the partner that sells: the provider, where it works through a reseller"),
    "reseller": N_("the indirect reseller; empty where there is none"),
    "asker": N_("whom the customer knows: the reseller, or else the partner"),
    "company": N_("the customer"),
    "contact": N_("the person the mail is to"),
    "contact_email": N_("that person's address"),
    "reply_name": N_("who at the partner reads answers; empty where nobody does"),
    "reply_email": N_("that person's address; empty where nobody reads answers"),
    "link": N_("the way to the page where the customer answers"),
    "expires": N_("the day the link works last"),
    "days_left": N_("how many days that is from now"),
    "dap": N_("not empty where the partner asks for admin roles too"),
    "user_name": N_("the customer's first user name; empty where none was made"),
    "reveal": N_("the one-time link to the first password, if there is one"),
    "password": N_("the first password, only where the partner has it sent by mail"),
    "stop": N_("the link that ends reminders"),
    "agreement": N_("what was agreed to"),
    "version": N_("its version"),
    "signer": N_("who agreed"),
    "agreed_on": N_("the day of it"),
    "receipt": N_("the fingerprint of the record, 64 digits"),
    "number": N_("the number of the record"),
    "customer_id": N_("the customer's id"),
    "voucher": N_("who at the partner vouches for it"),
    "recorded_on": N_("the day it was recorded"),
    "answer_days": N_("how many days the partner has to answer a dispute"),
}
KINDS: Mapping[Kind, Word] = {
    Kind.AGREEMENT: Word("wait", N_("Invitation: agreement only"), N_("Asks a customer to accept the agreement.")),
    Kind.RELATIONSHIP: Word(
        "wait",
        N_("Invitation: relationship and agreement"),
        N_("Asks a company to become a customer and to accept the agreement in one step."),
    ),
    Kind.NEW_CUSTOMER: Word(
        "wait",
        N_("Invitation: new customer"),
        N_("Welcomes a customer whose account was just made, with the way to its first password."),
    ),
    Kind.REMINDER: Word("wait", N_("Reminder"), N_("Goes to whoever was invited and has not answered.")),
    Kind.EXPIRY_WARNING: Word(
        "warn", N_("Warning before the end"), N_("The last reminder, days before the invitation ends.")
    ),
    Kind.ACCEPTED: Word("good", N_("Accepted"), N_("The customer's receipt for what it has accepted.")),
    Kind.ATTESTED: Word(
        "vouched", N_("Attested"), N_("Tells the customer that a partner vouched for it, and how to object.")
    ),
}
PAUSES: Mapping[Pausing, Word] = {
    Pausing.BY_HAND: Word("warn", N_("Paused by hand"), N_("Somebody has held mail back; it waits until resumed.")),
    Pausing.HARD_BOUNCES: Word(
        "stop",
        N_("Stopped: too much came back"),
        N_("Too many of the newest invitations and reminders went to mailboxes that nobody has."),
    ),
}
HEALTHS: Mapping[Health, Word] = {
    Health.BOUNCED: Word(
        "stop",
        N_("Came back"),
        N_("The mail server said that nobody has this mailbox. Correct the contact; take it off once it works."),
    ),
    Health.COMPLAINED: Word(
        "stop",
        N_("Complained"),
        N_("The reader called a mail from you spam. Write again only when the reader has agreed to it."),
    ),
    Health.SUPPRESSED: Word("quiet", N_("Put here by hand"), N_("Somebody of yours decided so.")),
}
OWED: Mapping[Owed, str] = {
    Owed.INVITATION: N_("Invitation"),
    Owed.REMINDER: N_("Reminder"),
    Owed.EXPIRY_WARNING: N_("Warning before the end"),
    Owed.SIGN_IN_CODE: N_("Code to sign in"),
    Owed.CREDENTIALS: N_("First password"),
    Owed.ACCEPTED: N_("Receipt to the customer"),
    Owed.ACCEPTED_PARTNER: N_("Notice of an acceptance"),
    Owed.ATTESTED: N_("Notice of an attestation"),
    Owed.BLOCKED: N_("Notice of a blocked customer"),
    Owed.DECLINED: N_("Notice of a refusal"),
    Owed.HANDED_OVER: N_("Notice of a new contact"),
    Owed.DRAFT_RETURNED: N_("Notice of a returned draft"),
    Owed.DISPUTED: N_("Notice of a dispute"),
    Owed.ENDPOINT_DISABLED: N_("Notice of a disabled endpoint"),
}


def kind(of: Kind) -> Word:
    return shown(KINDS[of])


def pause(of: Pausing | str) -> Word:
    return shown(PAUSES[Pausing(of)])


def health(of: Health | str) -> Word:
    return shown(HEALTHS[Health(of)])


def owed(of: Owed) -> str:
    """What a row of the outbox is; some newer than this page are called by their own word."""
    return gettext(OWED[of]) if of in OWED else of.value


def was(reason: str) -> str:
    """What had kept a mailbox from being written to: as Assent noted it, or as somebody wrote."""
    noted = next((one for one in (Health.COMPLAINED, Health.BOUNCED) if reason.startswith(one)), None)
    return health(noted).label if noted else reason


def code(reason: str) -> str:
    """The status of a mail that came back, where the note of it names one: `bounced (5.1.1)`."""
    return reason.partition(" (")[2].rstrip(")") if reason.startswith(Health.BOUNCED) else ""
