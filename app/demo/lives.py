"""Customers with whom all goes well, sooner or later: each life says what happens and when it goes on."""

from datetime import timedelta

from app.core.vocabulary import InvitationKind
from app.demo.stage import Life
from app.demo.teller import REASONS, Teller, colleague


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
        it.attest(it.house.agents[-1], 4, colleague(tell, it))
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
