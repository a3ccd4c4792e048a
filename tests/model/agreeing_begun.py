"""How commands bring a life about: the customer, and everything that happened to its agreement, each at its time."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from app.commands import acceptances, attestations, customers, disputes, drafts, invitations, partners
from app.commands.acceptances import Consent
from app.commands.customers import Added, Profile
from app.commands.drafts import Prepare
from app.commands.invitations import Ask
from app.core.act import Act
from app.core.contact import Contact
from app.core.policy import Rulebook
from app.core.vocabulary import Assurance, Authority, InvitationKind, PurchaseKind, RelationshipState
from app.db import db
from app.models import Dispute, Draft, Invitation, Machine, Partner, Relationship
from tests.model import world
from tests.model.agreeing_lives import Life, Place, Shared, Stand
from tests.model.agreeing_people import PREPARER, People, Side
from tests.model.agreeing_times import ASKED_AGO, JUST_NOW, MCA

WORDS = "Contoso accepts the Microsoft Customer Agreement."
_number = count(1)


def begin(people: People, life: Life) -> Place:
    return _Begun(people, life).place()


class _Begun:
    def __init__(self, people: People, life: Life) -> None:
        self.people, self.life, self.firm = people, life, people.confirming(life.side)
        self.now, self.rules = life.era.now, life.era.rules
        self.born = min(life.accepted, self.now - ASKED_AGO, life.era.accepted(MCA, old=True)) - timedelta(days=3)
        domain = f"contoso{next(_number)}.example"
        maria = Contact("Maria", "Ek", f"maria@{domain}", "+46 8 123 456")
        self.profile = Profile("Contoso", "SE", "en", maria, domain, life.cloud)
        self.partner = db.session.get_one(Partner, self.firm.id)
        self.added = self._add()
        self.relationship = self.added.relationship
        self.machine = customers.machine_for(world.console(self.born), self.relationship, life.kind)
        self.buys: dict[str, Relationship] = {}

    def place(self) -> Place:
        self._elsewhere()
        self._stand()
        self._beside()
        db.session.flush()
        ids = self.partner.id, self.relationship.customer_id, self.machine.id, self.relationship.id
        return Place(self.life, *ids, self.profile)

    def _add(self) -> Added:
        reseller = db.session.get_one(Partner, self.people.reseller.id)
        relation = self.life.relation
        state = RelationshipState.ACTIVE if relation is RelationshipState.REMOVED else relation
        first = reseller if self.life.side is Side.RESOLD else None
        added = customers.add_customer(world.console(self.born), self.partner, self.profile, first, state)
        if self.life.side is Side.JOINED:
            # Whom it works through is the provider's to say.
            customers.add_customer(
                replace(self.firm.named(PREPARER), at=self.born), self.partner, self.profile, reseller
            )
        return added

    def _elsewhere(self) -> None:
        """What the customer accepted at its other partner's invitation."""
        other = db.session.get_one(Partner, self.people.other.id)
        there = customers.add_customer(world.console(self.born), other, self.profile)
        self.buys = {"own": self.relationship, "other": there.relationship}
        if self.life.shared:
            at = self.life.era.accepted(MCA, old=self.life.shared is Shared.OLD)
            how = Assurance.MAILBOX_CODE if self.life.shared is Shared.MAILBOX else Assurance.TENANT_OIDC
            self._accept(there.machine, there.relationship, at, how)

    def _stand(self) -> None:
        stand, asked = self.life.stand, self.now - ASKED_AGO
        if stand.held == "direct-accepted":
            self._accept(self.machine, self.relationship, self.life.accepted, Assurance.MAILBOX_CODE)
        if stand.held == "partner-attested":
            self._attest(self.life.accepted)
        if stand.invited:
            invite(world.console(asked), self.machine, self.relationship, self.rules, 5 if stand.overdue else 30)
        if stand in (Stand.BLOCKED, Stand.BLOCKED_ASKED):
            acceptances.block(world.customer(self.now - JUST_NOW), self.machine, None, upstream=True)

    def _beside(self) -> None:
        """What stands beside the state; the last things first that need the others not to be there yet."""
        hour, life = self.now - timedelta(hours=1), self.life
        if life.disputed:
            disputes.open_dispute(world.console(hour), self.machine, "Nobody here agreed.")
        if life.stand is Stand.WITHDRAWN:
            attestations.withdraw(world.console(hour), self.machine, "They changed their mind.")
        if life.draft:
            self._prepare(hour)
        if life.bought:
            customers.record_purchase(world.console(hour), self.buys[life.bought], PurchaseKind.SOFTWARE, hour.date())
        partners.require_two(world.console(hour), self.partner, life.four_eyes)
        # No command does these two yet.
        self.relationship.state = life.relation
        self.partner.authority = Authority.MIRROR if life.mirror else Authority.LOCAL

    def _prepare(self, at: datetime) -> None:
        firm = self.people.reseller if self.life.side.resold else self.firm
        preparer = replace(firm.named(PREPARER), at=at)
        ask = Prepare(stranger(), at, "Signed at the fair.")
        draft = drafts.submit(preparer, self.machine, self.relationship, ask, self.rules)
        if self.life.draft == "returned":
            drafts.give_back(world.console(at), draft, "Which fair?")

    def _attest(self, at: datetime) -> None:
        contact = self.relationship.contact
        attestations.attest(world.console(at), self.machine, self.relationship, contact, at, self.rules)

    def _accept(self, machine: Machine, relationship: Relationship, at: datetime, how: Assurance) -> None:
        asked = invite(world.console(at - JUST_NOW), machine, relationship, self.rules)
        accept(at, machine, relationship, asked, self.rules, how)


def stranger() -> Contact:
    """Somebody nobody has vouched for or asked before."""
    return Contact("Nils", "Ek", f"nils{next(_number)}@contoso.example")


def invite(act: Act, machine: Machine, relationship: Relationship, rules: Rulebook, days: int = 30) -> Invitation:
    ask = Ask(InvitationKind.AGREEMENT, stranger(), "en", expires_in_days=days, force=True)
    return invitations.invite(act, machine, relationship, ask, rules)


def accept(
    at: datetime,
    machine: Machine,
    relationship: Relationship,
    asked: Invitation,
    rules: Rulebook,
    how: Assurance = Assurance.MAILBOX_CODE,
) -> None:
    shown = hashlib.sha256(WORDS.encode()).hexdigest()
    consent = Consent(WORDS, shown, "Maria Ek", agreed=True, may_bind=True, assurance=how, language="en-US")
    acceptances.accept(world.customer(at), machine, relationship, asked, consent, rules)


def newest(table: type[Draft] | type[Dispute] | type[Invitation], machine: UUID) -> UUID | None:
    """The one that something can be done about."""
    query = db.select(table.id).where(table.machine_id == machine).order_by(table.id.desc()).limit(1)
    found: UUID | None = db.session.scalar(query)
    return found
