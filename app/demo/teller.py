"""What every made-up life draws on: the clock, chance, the houses, and whoever looks after the customer."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.commands.credentials import First
from app.commands.files import File
from app.core.contact import Contact
from app.core.vocabulary import Cloud, InvitationKind, PurchaseKind
from app.db import db
from app.demo.agreement import Agreement, add
from app.demo.houses import House
from app.demo.names import Company, Register
from app.demo.stage import Life, Stage
from app.models import Invitation, OutboxArchive, Staff

Part = Generator[datetime | timedelta, None, Invitation]

BOUGHT = [kind for kind in PurchaseKind if kind is not PurchaseKind.AUTO_RENEWAL]
OFFERS = ("CFQ7TTC0LH18:0001", "CFQ7TTC0LF8S:0002", "DZH318Z0BPS6:0001", "DG7GMGF0D8H4:0003")
REASONS = (
    "We have moved to another provider.",
    "Our lawyers want to see the price list first.",
    "Vi vill vänta till efter årsskiftet.",
    "請先與我們的採購部門聯絡。",
    "We never asked for this.",
)
CLOSING = (
    "The company is being wound up.",
    "They have changed to another partner.",
    "The tenant was merged into another.",
)
DOUBTS = ("The person named left the company before that day.", "We accepted for another tenant, not for this one.")
SIGNED = b"%PDF-1.4\n% a made-up scan of a signed page\n%%EOF\n"


@dataclass
class Teller:
    """Everything that a life draws on."""

    stage: Stage
    names: Register
    houses: dict[str, House]
    # The day from which a newer version is asked for.
    renewed: datetime
    # One for all of them: to hash each would take longer than all the rest.
    password: First

    def later(self, low: float, high: float) -> datetime:
        """So many days on, at an hour at which people work."""
        at = self.stage.now + timedelta(days=self.names.chance.uniform(low, high))
        while at.weekday() > 4:
            at += timedelta(days=1)
        found = at.replace(hour=7 + at.minute % 9, minute=self.names.chance.randrange(60))
        return found if found > self.stage.now else self.stage.now + timedelta(minutes=37)

    def chance(self, share: float) -> bool:
        return self.names.chance.random() < share

    def house(self) -> tuple[House, House | None, Staff, Company]:
        """Whose customer the next one is, and who looks after it."""
        key = self.names.chance.choices(("fabrikam", "tailspin", "wingtip", "northwind"), (34, 18, 14, 34))[0]
        own = self.houses[key]
        resells = key in ("tailspin", "wingtip")
        countries = ("TW", "CN", "JP") if key == "wingtip" else ("SE", "NO", "DK", "FI") if key == "tailspin" else ()
        person = self.names.chance.choice(own.agents)
        return (
            self.houses["fabrikam"] if resells else own,
            own if resells else None,
            person,
            self.names.company(*countries),
        )

    def added(self, cloud: Cloud = Cloud.PUBLIC) -> Agreement:
        house, reseller, person, company = self.house()
        return add(self.stage, company, house, reseller, person, cloud)

    def asked(self, it: Agreement, kind: InvitationKind = InvitationKind.AGREEMENT, **how: int | bool) -> Part:
        """Invited; most mailboxes say that the mail has come."""
        invitation = it.invite(kind, **how)  # type: ignore[arg-type]
        yield timedelta(minutes=11)
        if self.chance(0.7) and self.carried(invitation):
            it.delivered(invitation)
        return invitation

    def carried(self, invitation: Invitation) -> bool:
        return invitation.mail_id is not None and db.session.get(OutboxArchive, invitation.mail_id) is not None

    def buys(self, it: Agreement) -> Life:
        if self.chance(0.5):
            yield self.later(2, 40)
            it.order(self.names.chance.choice(OFFERS), self.names.chance.randrange(1, 250))

    def reconfirms(self, it: Agreement) -> Life:
        """Whoever agreed to the former version is asked for the newer one, sooner or later, or not at all."""
        if it.machine.accepted_version != 0 or self.chance(0.1):
            return
        yield max(self.renewed + timedelta(days=self.names.chance.uniform(10, 380)), self.later(1, 2))
        invitation = yield from self.asked(it)
        if self.chance(0.9):
            yield self.later(0.5, 12)
            it.accept(invitation)


def resold(tell: Teller) -> Agreement:
    key = tell.names.chance.choice(("tailspin", "wingtip"))
    countries = ("SE", "FI") if key == "tailspin" else ("TW", "CN")
    reseller = tell.houses[key]
    person = tell.names.chance.choice(reseller.agents)
    return add(tell.stage, tell.names.company(*countries), tell.houses["fabrikam"], reseller, person)


def signed(tell: Teller) -> File:
    return File(tell.names.say("signed.pdf", "confirmation.pdf"), "application/pdf", SIGNED)


def colleague(tell: Teller, it: Agreement) -> Contact:
    """Somebody else of the same company."""
    other = tell.names.person(it.company.country)
    address = f"{other.spelled}.{it.machine.id.hex[-3:]}@{it.company.domain}"
    return replace(it.contact, first_name=other.first, last_name=other.last, email=address)
