"""What the wordings of a partner's own may speak of, mail by mail: one table."""

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


# What a mail may insert or ask for, and for example.
NAMES = {
    "partner": "Fabrikam",
    "reseller": "Tailspin Toys",
    "asker": "Tailspin Toys",
    "company": "Contoso",
    "contact": "Maria Ek",
    "contact_email": "maria.ek@contoso.example",
    "reply_name": "Ana Lind",
    "reply_email": "ana.lind@fabrikam.example",
    "link": "https://assent.example/AdminPortal/Home/…",
    "expires": "21 December 2026",
    "days_left": "30",
    "dap": "yes",
    "user_name": "admin@contoso.example",
    "reveal": "https://assent.example/reveal/…",
    "password": "…",
    "stop": "https://assent.example/stop/…",
    "agreement": "Microsoft Customer Agreement",
    "version": "2026-10",
    "signer": "Maria Ek",
    "agreed_on": "21 November 2026",
    "receipt": "9f86d081884c7d659a2feaa0c55ad015…",
    "number": "17",
    "customer_id": "0199f0c2-1111-7abc-8def-0123456789ab",
    "voucher": "Ana Lind",
    "recorded_on": "22 November 2026",
    "answer_days": "14",
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
