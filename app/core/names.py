"""What the wordings of a partner's own may speak of, mail by mail: one table."""

from dataclasses import dataclass
from enum import StrEnum

from app.core.vocabulary import InvitationKind, Owed
from app.core.wording import Grammar


class Kind(StrEnum):
    """The mails a partner may word itself; the invitations are named as they are asked for."""

    AGREEMENT = InvitationKind.AGREEMENT.value
    RELATIONSHIP = InvitationKind.RELATIONSHIP.value
    NEW_CUSTOMER = InvitationKind.NEW_CUSTOMER.value
    REMINDER = Owed.REMINDER.value
    EXPIRY_WARNING = Owed.EXPIRY_WARNING.value
    ACCEPTED = Owed.ACCEPTED.value
    ATTESTED = Owed.ATTESTED.value

    @classmethod
    def read(cls, text: str) -> "Kind | None":
        """In any case, as paths are."""
        return next((kind for kind in cls if kind.value.lower() == text.lower()), None)

    @property
    def folder(self) -> str:
        """Where our own wording of it is."""
        return FOLDERS.get(self, self.value)

    @property
    def asks(self) -> InvitationKind | None:
        """For what it asks, as an example where any invitation could be meant; None: it asks for nothing."""
        if self in (Kind.ACCEPTED, Kind.ATTESTED):
            return None
        return InvitationKind(self.value) if self.value in list(InvitationKind) else InvitationKind.AGREEMENT

    @property
    def owed(self) -> Owed:
        return Owed(self.value) if self.value in list(Owed) else Owed.INVITATION


FOLDERS = {Kind.RELATIONSHIP: "relationship-and-agreement", Kind.NEW_CUSTOMER: "new-customer"}


@dataclass(frozen=True)
class Name:
    """What a mail may insert or ask for, and for example."""

    meaning: str
    sample: str


NAMES = {
    "partner": Name("the partner that sells: the provider, where it works through a reseller", "Fabrikam"),
    "reseller": Name("the indirect reseller; empty where there is none", "Tailspin Toys"),
    "asker": Name("whom the customer knows: the reseller, or else the partner", "Tailspin Toys"),
    "company": Name("the customer", "Contoso"),
    "contact": Name("the person the mail is to", "Maria Ek"),
    "contact_email": Name("that person's address", "maria.ek@contoso.example"),
    "reply_name": Name("who at the partner reads answers; empty where nobody does", "Ana Lind"),
    "reply_email": Name("that person's address; empty where nobody reads answers", "ana.lind@fabrikam.example"),
    "link": Name("the way to the page where the customer answers", "https://assent.example/AdminPortal/Home/…"),
    "expires": Name("the day the link works last", "21 December 2026"),
    "days_left": Name("how many days that is from now", "30"),
    "dap": Name("not empty where the partner asks for admin roles too", "yes"),
    "user_name": Name("the customer's first user name; empty where none was made", "admin@contoso.example"),
    "reveal": Name("the one-time link to the first password, if there is one", "https://assent.example/reveal/…"),
    "password": Name("the first password, only where the partner has it sent by mail", "…"),
    "stop": Name("the link that ends reminders", "https://assent.example/stop/…"),
    "agreement": Name("what was agreed to", "Microsoft Customer Agreement"),
    "version": Name("its version", "2026-10"),
    "signer": Name("who agreed", "Maria Ek"),
    "agreed_on": Name("the day of it", "21 November 2026"),
    "receipt": Name("the fingerprint of the record, 64 digits", "9f86d081884c7d659a2feaa0c55ad015…"),
    "number": Name("the number of the record", "17"),
    "customer_id": Name("the customer's id", "0199f0c2-1111-7abc-8def-0123456789ab"),
    "voucher": Name("who at the partner vouches for it", "Ana Lind"),
    "recorded_on": Name("the day it was recorded", "22 November 2026"),
    "answer_days": Name("how many days the partner has to answer a dispute", "14"),
}
EVERYWHERE = frozenset("partner reseller asker company contact contact_email reply_name reply_email".split())
ASKING = EVERYWHERE | frozenset("link expires days_left dap user_name reveal".split())
RECORDED = EVERYWHERE | frozenset("agreement version signer agreed_on receipt".split())
LINK = frozenset({"link"})
# Whoever sees these could pass for the customer; subjects stand in the logs of every relay on the way.
SECRET = frozenset({"link", "reveal", "stop", "password"})

# What a mail that reports something cannot leave out: what was recorded, and by whom.
GRAMMARS: dict[Kind, Grammar] = {
    Kind.AGREEMENT: Grammar(ASKING, SECRET, LINK),
    Kind.RELATIONSHIP: Grammar(ASKING, SECRET, LINK),
    Kind.NEW_CUSTOMER: Grammar(ASKING | {"password"}, SECRET, LINK),
    Kind.REMINDER: Grammar(ASKING | {"stop"}, SECRET, LINK),
    Kind.EXPIRY_WARNING: Grammar(ASKING | {"stop"}, SECRET, LINK),
    Kind.ACCEPTED: Grammar(RECORDED | {"number", "customer_id"}, SECRET, frozenset({"agreement", "signer"})),
    Kind.ATTESTED: Grammar(
        RECORDED | {"voucher", "recorded_on", "answer_days"},
        SECRET,
        frozenset({"agreement", "signer", "voucher", "agreed_on"}),
    ),
}
