"""Two people act on one agreement at the same moment: at most one acts on what has ceased to be true.

Each pair races in two ways.

*From one read*: both have read the agreement before either writes. Exactly one wins; the other's write is stale, and it
is refused as `changed-meanwhile` (or with a narrower word, where it looks at something it had not read before). This
holds on both databases alike.

*Afresh*: both read inside their transaction, as every request does. On SQLite writers queue, so whoever comes second
sees what the first one did; on PostgreSQL the transactions may also overlap, and then the second is refused as
`changed-meanwhile`. Whatever comes out must be an outcome that one after the other could have had: an attestation after
a direct acceptance, for one, is stored beside it and both succeed, while an acceptance after an attestation is refused.
"""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.commands import acceptances, attestations, invitations
from app.commands.acceptances import Consent
from app.commands.invitations import Ask
from app.core.contact import Contact
from app.core.vocabulary import Assurance, InvitationKind, InvitationStatus
from app.db import db
from app.installation import installation
from app.models import Invitation
from tests.cast import NOW
from tests.model import reading, world
from tests.model.racing import DONE, Case, Deed, Stands, Way, afresh, from_one_read, race, together
from tests.sizes import FULL, size

STALE = "changed-meanwhile"
END = NOW + timedelta(days=30)
ADMIN = ("direct-bill", "admin-agent")
STATEMENT = "We accept the agreement.\n"
NILS = Contact("Nils", "Ek", "nils@contoso.example")


def consent(statement: str = STATEMENT) -> Consent:
    sha256 = hashlib.sha256(statement.encode()).hexdigest()
    return Consent(statement, sha256, "Maria Ek", True, True, Assurance.MAILBOX_CODE, "en-US")


def accept(stands: Stands, statement: str = STATEMENT) -> None:
    act = world.customer(END - timedelta(seconds=1))
    acceptances.accept(act, stands.machine, stands.relationship, stands.asked, consent(statement), installation().rules)


def attest(stands: Stands) -> None:
    attestations.attest(world.staff(NOW, ADMIN), stands.machine, stands.relationship, NILS, NOW, installation().rules)


def invite(stands: Stands) -> None:
    ask = Ask(InvitationKind.AGREEMENT, NILS, "en")
    invitations.invite(world.staff(NOW, ADMIN), stands.machine, stands.relationship, ask, installation().rules)


def revoke(stands: Stands) -> None:
    invitations.revoke(world.staff(NOW, ADMIN), stands.machine, stands.asked)


def expire(stands: Stands) -> None:
    invitations.expire(world.clock(END), stands.machine, stands.asked)


def decline(stands: Stands) -> None:
    acceptances.decline(world.customer(NOW), stands.machine, stands.asked, "Not us.")


# Where an agreement stands after what was done to it since the race began.
ENDS = {
    ("accept",): "direct-accepted",
    ("accept", "attest"): "direct-accepted",
    ("attest",): "partner-attested",
    ("invite", "attest"): "partner-attested",
    ("invite",): "invited",
    ("invite", "invite"): "invited",
    ("lapse",): "unconfirmed",
    ("decline",): "unconfirmed",
}


@dataclass(frozen=True)
class Racer:
    """A deed, the event it fires, and the words it is refused with once the rival was first.

    There is more than one such word, because a refusal may have seen only a part of what the rival did.
    """

    deed: Deed
    event: str
    late: frozenset[str]


def racer(deed: Deed, event: str, *late: str) -> Racer:
    return Racer(deed, event, frozenset(late))


@dataclass(frozen=True)
class Rivals:
    """Two racers, what is on record when both succeed one after the other (if they can), and how often they race."""

    one: Racer
    other: Racer
    both: tuple[str, ...] = ()
    races: int = 200
    invited: bool = True

    def events(self, told: tuple[str, ...], way: Way) -> tuple[str, ...]:
        """What must be on record after these answers; no such answers were possible when there is nothing."""
        late = [{STALE} | (racer.late if way is afresh else racer.late & SEEN) for racer in (self.one, self.other)]
        if told[0] == DONE and told[1] in late[1]:
            return (self.one.event,)
        if told[1] == DONE and told[0] in late[0]:
            return (self.other.event,)
        return self.both if told == (DONE, DONE) and way is afresh else ()


# What is looked up at the moment of writing, and so is seen also by a racer that read everything else before.
SEEN = {"already-confirmed"}
USED, REVOKED, EXPIRED = "invitation-used", "invitation-revoked", "invitation-expired"
RIVALS = {
    "accept-attest": Rivals(
        racer(accept, "accept", "wrong-state", REVOKED), racer(attest, "attest"), ("accept", "attest"), races=1000
    ),
    "accept-accept": Rivals(racer(accept, "accept", "wrong-state", USED), racer(accept, "accept", "wrong-state", USED)),
    "attest-attest": Rivals(racer(attest, "attest", "already-confirmed"), racer(attest, "attest", "already-confirmed")),
    "attest-invite": Rivals(
        racer(attest, "attest"), racer(invite, "invite", "nothing-to-reconfirm"), ("invite", "attest")
    ),
    "invite-invite": Rivals(racer(invite, "invite"), racer(invite, "invite"), ("invite", "invite"), invited=False),
    "invite-accept": Rivals(racer(invite, "invite", "nothing-to-reconfirm"), racer(accept, "accept", REVOKED)),
    "expire-accept": Rivals(racer(expire, "lapse", "not-due"), racer(accept, "accept", "wrong-state", EXPIRED)),
    "revoke-accept": Rivals(racer(revoke, "lapse", USED), racer(accept, "accept", "wrong-state", REVOKED)),
    "decline-revoke": Rivals(racer(decline, "decline", "wrong-state", REVOKED), racer(revoke, "lapse", USED)),
}


@pytest.fixture(scope="module")
def runners() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.mark.soak
@pytest.mark.parametrize("way", [from_one_read, afresh], ids=["from-one-read", "afresh"])
@pytest.mark.parametrize("pair", RIVALS)
def test_of_two_racers_none_acts_on_what_has_ceased_to_be_true(
    app: Flask, runners: ThreadPoolExecutor, pair: str, way: Way
) -> None:
    world.hurry(db.engine)
    rivals = RIVALS[pair]
    # Where writers queue, only their order is left to chance.
    fewer = 1 if FULL else 2 if db.engine.dialect.name == "postgresql" else 4
    races = size(rivals.races) // fewer
    for case in world.cases(races, NOW, invited=rivals.invited):
        told = race(app, runners, case, way, [rivals.one.deed, rivals.other.deed])
        records = reading.assert_chain_is_sound(case.machine)
        events = tuple(record["event"] for record in records)[2 if rivals.invited else 1 :]
        assert events == rivals.events(told, way), told
        assert records[-1]["after"] == ENDS[events]
        assert open_invitations(case) == (1 if ENDS[events] == "invited" else 0)


def open_invitations(case: Case) -> int:
    held = (Invitation.machine_id == case.machine, Invitation.status == InvitationStatus.OPEN)
    with db.engine.connect() as connection:
        return connection.execute(select(func.count()).where(*held)).scalar_one()


@pytest.mark.soak
def test_two_customers_accept_the_same_words_at_the_same_moment(app: Flask, runners: ThreadPoolExecutor) -> None:
    """The words are kept once; that another customer was first to accept them is no reason to refuse."""
    for number in range(size(200)):
        words = f"We accept the agreement, edition {number}.\n"
        ways = [partial(afresh, case, partial(accept, statement=words)) for case in world.cases(2, NOW)]
        assert together(app, runners, ways) == (DONE, DONE)
