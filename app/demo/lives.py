"""What becomes of made-up customers: each life says what happens and when it goes on."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.commands import handovers
from app.commands.credentials import First
from app.commands.files import File
from app.core.contact import Contact
from app.core.vocabulary import Cloud, InvitationKind, PurchaseKind
from app.db import db
from app.demo.agreement import Agreement, add, ask_newcomer
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
        if it.machine.accepted_version != 0 or self.chance(0.3):
            return
        yield max(self.renewed + timedelta(days=self.names.chance.uniform(10, 380)), self.later(1, 2))
        invitation = yield from self.asked(it)
        if self.chance(0.75):
            yield self.later(0.5, 12)
            it.accept(invitation)


def accepted(tell: Teller) -> Life:
    it = tell.added()
    yield tell.later(0.1, 3)
    invitation = yield from tell.asked(it)
    yield tell.later(0.2, 16)
    it.accept(invitation)
    yield from tell.buys(it)
    yield from tell.reconfirms(it)


def accepted_new(tell: Teller) -> Life:
    """With the account that was made for it."""
    it = tell.added()
    user = it.account(tell.password)
    yield tell.later(0.1, 2)
    invitation = yield from tell.asked(it, InvitationKind.NEW_CUSTOMER)
    yield tell.later(0.2, 14)
    it.own_password(user)
    it.accept(invitation)
    yield from tell.buys(it)
    yield from tell.reconfirms(it)


def outdated(tell: Teller) -> Life:
    """Accepted the former version, and was never asked again."""
    it = tell.added()
    yield tell.later(0.1, 3)
    invitation = yield from tell.asked(it)
    yield tell.later(0.2, 9)
    it.accept(invitation)


def attested(tell: Teller) -> Life:
    it = tell.added()
    yield tell.later(0.1, 4)
    it.attest(it.house.agents[0], tell.names.chance.randrange(0, 4))
    yield from tell.buys(it)
    if tell.chance(0.12):
        yield tell.later(3, 60)
        it.attest(it.house.agents[-1], 4, _colleague(tell, it))
    yield from tell.reconfirms(it)


def waiting(tell: Teller) -> Life:
    it = tell.added()
    yield tell.later(0.05, 1)
    yield from tell.asked(it)


def waiting_new(tell: Teller) -> Life:
    """Has not fetched its first password either."""
    it = tell.added()
    it.account(tell.password)
    yield timedelta(minutes=23)
    yield from tell.asked(it, InvitationKind.NEW_CUSTOMER)


def untouched(tell: Teller) -> Life:
    tell.added()
    yield timedelta(days=9999)


def expired(tell: Teller) -> Life:
    it = tell.added()
    yield tell.later(0.1, 2)
    yield from tell.asked(it, days=tell.names.chance.choice((14, 30)))
    if tell.chance(0.4):
        yield tell.later(34, 60)
        invitation = yield from tell.asked(it)
        yield tell.later(1, 9)
        it.accept(invitation)


def declined(tell: Teller) -> Life:
    it = tell.added()
    yield tell.later(0.1, 2)
    invitation = yield from tell.asked(it)
    yield tell.later(0.5, 9)
    it.decline(invitation, tell.names.say(*REASONS))


def revoked(tell: Teller) -> Life:
    it = tell.added()
    yield tell.later(0.1, 2)
    invitation = yield from tell.asked(it)
    yield tell.later(1, 6)
    it.revoke(invitation)


def blocked(tell: Teller) -> Life:
    """Bought before, through the same partner: it cannot accept by itself, and the partner has not seen to it yet."""
    it = tell.added()
    bought = tell.stage.now.date() - timedelta(days=tell.names.chance.randrange(40, 900))
    it.bought(tell.names.chance.choice(BOUGHT), bought)
    yield tell.later(0.1, 2)
    invitation = yield from tell.asked(it, force=True)
    yield tell.later(0.3, 6)
    it.block(invitation)
    return it


def blocked_once(tell: Teller) -> Life:
    it = yield from blocked(tell)
    yield tell.later(12, 30)
    it.attest(tell.names.chance.choice(it.house.people), 2)


def blocked_elsewhere(tell: Teller) -> Life:
    """Bought before, through the other partner."""
    it = add(tell.stage, tell.names.company(), tell.houses["northwind"], None)
    yield tell.later(0.1, 2)
    it.attest(it.house.agents[0], 1)
    yield tell.later(1, 5)
    it.bought(PurchaseKind.SOFTWARE_SUBSCRIPTION, tell.stage.now.date())
    yield tell.later(1, 8)
    other, invitation = ask_newcomer(tell.stage, it.company, tell.houses["fabrikam"], force=True)
    yield tell.later(0.2, 4)
    other.block(invitation)


def newcomer(tell: Teller) -> Life:
    """Invited before it was a customer."""
    house = tell.houses[tell.names.chance.choice(("fabrikam", "northwind"))]
    it, invitation = ask_newcomer(tell.stage, tell.names.company(), house)
    yield tell.later(1, 26)
    it.accept(invitation)


def newcomer_waiting(tell: Teller) -> Life:
    ask_newcomer(tell.stage, tell.names.company(), tell.houses["fabrikam"])
    yield timedelta(days=9999)


def bounced(tell: Teller) -> Life:
    it = tell.added()
    yield tell.later(0.1, 1)
    invitation = it.invite()
    yield timedelta(minutes=3)
    if not tell.carried(invitation):
        return
    it.bounced(invitation, "5.1.1", tell.names.say("550 5.1.1 No such user here"))
    if tell.chance(0.4):
        yield tell.later(1, 6)
        corrected = it.invite(to=_colleague(tell, it))
        yield tell.later(1, 6)
        it.accept(corrected)


def full_mailbox(tell: Teller) -> Life:
    it = tell.added()
    yield tell.later(0.1, 1)
    invitation = it.invite()
    yield timedelta(hours=3)
    if tell.carried(invitation):
        it.bounced(invitation, "5.2.2", tell.names.say("552 5.2.2 Mailbox full"))


def complained(tell: Teller) -> Life:
    it = tell.added()
    yield tell.later(0.1, 1)
    invitation = it.invite()
    yield timedelta(hours=5)
    if tell.carried(invitation):
        it.complained(invitation)


def withdrawn(tell: Teller) -> Life:
    it = tell.added()
    yield tell.later(0.1, 3)
    it.attest(it.house.agents[0], 1)
    yield tell.later(20, 90)
    it.withdraw(tell.names.say(*CLOSING))


def removed(tell: Teller) -> Life:
    it = tell.added()
    yield tell.later(0.1, 3)
    it.attest(it.house.agents[0], 1)
    yield tell.later(20, 90)
    if it.reseller is None:
        it.remove()


def national(tell: Teller) -> Life:
    tell.added(Cloud.US_GOVERNMENT)
    yield timedelta(days=9999)


def handed_over(tell: Teller) -> Life:
    it = tell.added()
    yield tell.later(0.1, 2)
    invitation = yield from tell.asked(it)
    yield tell.later(0.5, 4)
    act = tell.stage.customer(invitation)
    to = _colleague(tell, it)
    named = handovers.pass_on(
        act, it.machine, it.relationship, invitation, to, tell.names.say("Signs for us."), it.rules
    )
    yield tell.later(1, 8)
    it.accept(named)


def draft_waiting(tell: Teller) -> Life:
    it = _resold(tell)
    yield tell.later(0.1, 3)
    it.draft(tell.names.say("Agreed on the phone, confirmed by e-mail."), [_signed(tell)])


def draft_returned(tell: Teller) -> Life:
    it = _resold(tell)
    yield tell.later(0.1, 3)
    draft = it.draft(tell.names.say("The signed page is attached."), [_signed(tell)])
    yield tell.later(0.2, 3)
    it.give_back(draft, tell.names.say("The page is not signed: please have it signed and send it again."))


def draft_approved(tell: Teller) -> Life:
    it = _resold(tell)
    yield tell.later(0.1, 3)
    draft = it.draft(tell.names.say("Signed at our office."), [_signed(tell)])
    yield tell.later(0.2, 3)
    it.approve(draft)


def disputed(tell: Teller) -> Life:
    """Still to be answered."""
    it = tell.added()
    yield tell.later(0.1, 2)
    it.attest(it.house.agents[0], 1)
    yield tell.later(2, 8)
    return it, it.dispute(tell.names.say(*DOUBTS))


def disputed_once(tell: Teller) -> Life:
    it, dispute = yield from disputed(tell)
    yield tell.later(2, 16)
    upheld = tell.chance(0.4)
    words = "They are right: the wrong company was meant." if upheld else "The signed page names this tenant."
    it.answer(dispute, tell.names.say(words), upheld=upheld)


def _resold(tell: Teller) -> Agreement:
    key = tell.names.chance.choice(("tailspin", "wingtip"))
    countries = ("SE", "FI") if key == "tailspin" else ("TW", "CN")
    reseller = tell.houses[key]
    person = tell.names.chance.choice(reseller.agents)
    return add(tell.stage, tell.names.company(*countries), tell.houses["fabrikam"], reseller, person)


def _signed(tell: Teller) -> File:
    return File(tell.names.say("signed.pdf", "confirmation.pdf"), "application/pdf", SIGNED)


def _colleague(tell: Teller, it: Agreement) -> Contact:
    """Somebody else of the same company."""
    other = tell.names.person(it.company.country)
    address = f"{other.spelled}.{it.machine.id.hex[-3:]}@{it.company.domain}"
    return replace(it.contact, first_name=other.first, last_name=other.last, email=address)


# How many of each, and how many days ago they begin, from and to.
PLOT: tuple[tuple[Callable[[Teller], Life], int, float, float], ...] = (
    (accepted, 105, 540, 22),
    (accepted_new, 45, 540, 22),
    (outdated, 15, 540, 420),
    (attested, 92, 540, 6),
    (waiting, 26, 27, 0.3),
    (waiting_new, 16, 3, 0.3),
    (untouched, 40, 75, 0.1),
    (expired, 32, 500, 48),
    (declined, 14, 300, 16),
    (revoked, 7, 300, 14),
    (blocked_once, 16, 400, 50),
    (blocked, 10, 26, 14),
    (blocked_elsewhere, 5, 200, 31),
    (newcomer, 14, 400, 35),
    (newcomer_waiting, 8, 20, 0.5),
    (bounced, 12, 120, 8),
    (full_mailbox, 3, 24, 8),
    (complained, 2, 90, 9),
    (withdrawn, 8, 400, 100),
    (removed, 3, 300, 120),
    (national, 2, 200, 20),
    (handed_over, 4, 200, 25),
    (draft_waiting, 7, 12, 7),
    (draft_returned, 3, 22, 12),
    (draft_approved, 10, 300, 14),
    (disputed_once, 3, 300, 40),
    (disputed, 3, 24, 16),
)
ALL = sum(many for _, many, _, _ in PLOT)
