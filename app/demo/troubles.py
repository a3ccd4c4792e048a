"""Customers with whom it does not: blocked, bounced, declined, withdrawn, disputed, and drafts that wait."""

from datetime import timedelta

from app.commands import handovers
from app.core.vocabulary import Cloud, PurchaseKind
from app.demo.agreement import add, ask_newcomer
from app.demo.stage import Life
from app.demo.teller import BOUGHT, CLOSING, DOUBTS, Teller, colleague, resold, signed


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
    return other


def blocked_elsewhere_once(tell: Teller) -> Life:
    it = yield from blocked_elsewhere(tell)
    yield tell.later(8, 20)
    it.attest(it.house.agents[0], 1)


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
        corrected = it.invite(to=colleague(tell, it))
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
    to = colleague(tell, it)
    named = handovers.pass_on(
        act, it.machine, it.relationship, invitation, to, tell.names.say("Signs for us."), it.rules
    )
    yield tell.later(1, 8)
    it.accept(named)


def draft_waiting(tell: Teller) -> Life:
    it = resold(tell)
    yield tell.later(0.1, 3)
    it.draft(tell.names.say("Agreed on the phone, confirmed by e-mail."), [signed(tell)])


def draft_returned(tell: Teller) -> Life:
    it = resold(tell)
    yield tell.later(0.1, 3)
    draft = it.draft(tell.names.say("The signed page is attached."), [signed(tell)])
    yield tell.later(0.2, 3)
    it.give_back(draft, tell.names.say("The page is not signed: please have it signed and send it again."))


def draft_approved(tell: Teller) -> Life:
    it = resold(tell)
    yield tell.later(0.1, 3)
    draft = it.draft(tell.names.say("Signed at our office."), [signed(tell)])
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
