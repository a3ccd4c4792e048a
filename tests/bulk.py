"""Many invitations at once, through the commands, a hundred to a transaction."""

from dataclasses import replace

from app.commands import customers, invitations
from app.commands.customers import Profile
from app.commands.invitations import Ask
from app.core.act import Act
from app.core.vocabulary import InvitationKind
from app.db import db, transaction
from app.models import Partner
from tests.cast import MARIA, Cast

TOGETHER = 100


def invite_many(cast: Cast, number: int, named: str = "customer") -> list[str]:
    """So many customers, each invited; answers the mailboxes that must get a mail."""
    mailboxes = [f"maria@{named}{n}.example" for n in range(number)]
    for start in range(0, number, TOGETHER):
        with transaction():
            act = cast.act()
            for mailbox in mailboxes[start : start + TOGETHER]:
                _invite(cast, act, mailbox)
        db.session.expunge_all()
    return mailboxes


def _invite(cast: Cast, act: Act, mailbox: str) -> None:
    partner = db.session.get(Partner, cast.fabrikam.id)
    assert partner
    contact = replace(MARIA, email=mailbox)
    profile = Profile("Contoso", "SE", "en", contact, mailbox.partition("@")[2])
    added = customers.add_customer(act, partner, profile)
    ask = Ask(InvitationKind.AGREEMENT, contact, "en", cast.ana)
    invitations.invite(act, added.machine, added.relationship, ask, cast.rules)
