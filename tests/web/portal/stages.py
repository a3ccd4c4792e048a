"""How far somebody has come at the portal."""

from collections.abc import Callable
from datetime import date

from app.auth import acts
from app.commands import customers
from app.core.vocabulary import PurchaseKind
from app.db import transaction
from tests.web.portal.accounts import FIRST, Account
from tests.web.portal.at_home import OWN, sign_in
from tests.web.portal.visitor import Visitor

Stage = Callable[[Visitor, Account], None]


def stranger(visitor: Visitor, account: Account) -> None:
    """Has a cookie and a CSRF token, but no invitation in it."""
    visitor.follow(account.invitation)
    with visitor.client.session_transaction() as cookie:
        del cookie["invitation"]


def holder(visitor: Visitor, account: Account) -> None:
    """Has the link."""
    visitor.follow(account.invitation)


def asker(visitor: Visitor, account: Account) -> None:
    """Waits for a code."""
    visitor.follow(account.invitation)
    visitor.ask_code(account.invitation)


def novice(visitor: Visitor, account: Account) -> None:
    """Signed in with a first password."""
    visitor.follow(account.invitation)
    visitor.sign_in(account.name, FIRST)


def person(visitor: Visitor, account: Account) -> None:
    """Identified by a code."""
    visitor.identify(account.invitation)


def accepted(visitor: Visitor, account: Account) -> None:
    visitor.identify(account.invitation)
    visitor.accept()


def declined(visitor: Visitor, account: Account) -> None:
    visitor.identify(account.invitation)
    visitor.submit("/portal/decline")


def blocked(visitor: Visitor, account: Account) -> None:
    with transaction():
        customers.record_purchase(acts.console(), account.story.relationship, PurchaseKind.OFFER, date(2025, 3, 1))
    visitor.identify(account.invitation)


def ended(visitor: Visitor, account: Account) -> None:
    """Was identified, and then the link was replaced."""
    visitor.identify(account.invitation)
    account.story.invite()


def newcomer(visitor: Visitor, account: Account) -> None:
    """Signed in at the portal's home with a first password, without any link."""
    visitor.client.delete_cookie("assent")
    sign_in(visitor, account.name)


def at_home(visitor: Visitor, account: Account) -> None:
    """Signed in there with a password of their own."""
    newcomer(visitor, account)
    visitor.submit("/portal/account/password", password=OWN, repeat=OWN)


STAGES = [stranger, holder, asker, novice, person, accepted, declined, blocked, ended, newcomer, at_home]
