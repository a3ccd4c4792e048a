"""One made-up customer's agreement: short ways to do with it what staff and the customer do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.auth.visits import Visit
from app.commands import (
    acceptances,
    accounts,
    attestations,
    customers,
    disputes,
    drafts,
    invitations,
    orders,
    removals,
    returns,
)
from app.commands.acceptances import Consent
from app.commands.credentials import First
from app.commands.customers import Profile
from app.commands.drafts import Prepare
from app.commands.files import File
from app.commands.invitations import Ask
from app.core.act import Act
from app.core.agreements import FALLBACK_LANGUAGE
from app.core.contact import Contact
from app.core.policy import Cell, Rulebook
from app.core.vocabulary import ActorKind, Assurance, Channel, Cloud, InvitationKind, Method, Operation, PurchaseKind
from app.db import db
from app.demo.houses import House
from app.demo.names import Company
from app.demo.stage import Stage
from app.installation import installation
from app.models import CustomerUser, Dispute, Draft, Invitation, Machine, OutboxArchive, Partner, Relationship, Staff
from app.queries import rulebooks, subjects, versions
from app.web.portal.statement import statement


@dataclass
class Agreement:
    stage: Stage
    company: Company
    house: House
    reseller: House | None
    person: Staff
    machine: Machine
    relationship: Relationship

    @property
    def contact(self) -> Contact:
        return contact(self.company)

    @property
    def rules(self) -> Rulebook:
        return rulebooks.of(installation().rules, self.machine.partner_id)

    @property
    def asking(self) -> Staff:
        """Who of the reseller's people, or of the partner's, looks after this customer."""
        return self.person

    def invite(
        self,
        kind: InvitationKind = InvitationKind.AGREEMENT,
        days: int = 30,
        force: bool = False,
        to: Contact | None = None,
    ) -> Invitation:
        ask = Ask(kind, to or self.contact, self.company.language, self.person, days, force=force)
        act = self.stage.staff(self.person)
        return invitations.invite(act, self.machine, self.relationship, ask, self.rules)

    def account(self, first: First) -> CustomerUser:
        """The tenant's first admin, with a password to begin with."""
        act, tenant = self.stage.staff(self.person), self.relationship.customer
        return customers.add_user(act, tenant, f"admin@{tenant.domain}", first.hash, first.sealed)

    def own_password(self, user: CustomerUser) -> None:
        """The user chose one; here it is the same, for nobody ever types it."""
        act = Act(ActorKind.CUSTOMER, Method.PASSWORD, self.stage.now, id=str(user.id))
        accounts.change_password(act, user, user.password_hash)

    def accept(self, invitation: Invitation) -> None:
        act, terms = self.stage.customer(invitation), self.rules.terms(self.machine.agreement_type, self.stage.now)
        partner = db.session.get_one(Partner, self.machine.partner_id)
        visit = Visit(invitation, self.machine, self.relationship, partner, None)
        tag = self.rules.catalogue.document_language(self.company.country, self.company.language)
        text = versions.document(terms.type, terms.version, self.company.country, (tag, FALLBACK_LANGUAGE))
        shown = statement(visit, terms, tag, text)
        document = text.sha256 if text else None
        name = self.contact.name
        consent = Consent(shown.text, shown.sha256, name, True, True, Assurance.MAILBOX_CODE, tag, document)
        acceptances.accept(act, self.machine, self.relationship, invitation, consent, self.rules)

    def decline(self, invitation: Invitation, reason: str) -> None:
        acceptances.decline(self.stage.customer(invitation), self.machine, invitation, reason)

    def block(self, invitation: Invitation) -> None:
        acceptances.block(self.stage.customer(invitation), self.machine, invitation)

    def attest(self, by: Staff, days_ago: int, who: Contact | None = None) -> None:
        agreed = self.stage.now - timedelta(days=days_ago)
        contact = who or self.contact
        act = self.stage.staff(by)
        attestations.attest(act, self.machine, self.relationship, contact, agreed, self.rules)

    def withdraw(self, reason: str) -> None:
        attestations.withdraw(self.stage.staff(self.house.agents[0]), self.machine, reason)

    def bought(self, kind: PurchaseKind, on: date) -> None:
        act = self.stage.staff(self.house.agents[0])
        customers.record_purchase(act, self.relationship, kind, on)

    def order(self, offer: str, quantity: int) -> None:
        """Where the gate says no, nothing comes of it."""
        known = subjects.around(self.relationship, self.stage.now)
        cell = Cell(Operation.NEW_PURCHASE, Channel.DASHBOARD)
        act = self.stage.staff(self.house.agents[0])
        orders.place(act, known.subject, self.relationship, [orders.Line(offer, quantity)], cell, self.rules)

    def revoke(self, invitation: Invitation) -> None:
        invitations.revoke(self.stage.staff(self.house.agents[0]), self.machine, invitation)

    def remove(self) -> None:
        removals.remove(self.stage.staff(self.house.agents[0]), self.relationship)

    def bounced(self, invitation: Invitation, status: str, said: str) -> None:
        row = db.session.get_one(OutboxArchive, invitation.mail_id)
        returns.bounced(self.stage.clock(), returns.mail_of(row), status, said)

    def delivered(self, invitation: Invitation) -> None:
        row = db.session.get_one(OutboxArchive, invitation.mail_id)
        returns.delivered(self.stage.clock(), returns.mail_of(row))

    def complained(self, invitation: Invitation) -> None:
        row = db.session.get_one(OutboxArchive, invitation.mail_id)
        returns.complained(self.stage.clock(), returns.mail_of(row))

    def draft(self, note: str, files: Sequence[File]) -> Draft:
        ask = Prepare(self.contact, self._agreed(5), note, files)
        return drafts.submit(self.stage.staff(self.person), self.machine, self.relationship, ask, self.rules)

    def approve(self, draft: Draft) -> None:
        drafts.approve(self.stage.staff(self.house.agents[0]), draft, self.relationship, self.rules)

    def give_back(self, draft: Draft, reason: str) -> None:
        drafts.give_back(self.stage.staff(self.house.agents[0]), draft, reason)

    def dispute(self, reason: str) -> Dispute:
        return disputes.open_dispute(self.stage.staff(self.person), self.machine, reason, self.house.agents[0])

    def answer(self, dispute: Dispute, words: str, *, upheld: bool) -> None:
        disputes.close_dispute(self.stage.staff(self.house.agents[0]), dispute, words, upheld=upheld)

    def _agreed(self, days_ago: int) -> datetime:
        return self.stage.now - timedelta(days=days_ago)


def contact(company: Company) -> Contact:
    person = company.person
    return Contact(person.first, person.last, f"{person.spelled}@{company.domain}", company.phone)


def profile(company: Company, cloud: Cloud = Cloud.PUBLIC) -> Profile:
    about = contact(company)
    return Profile(company.name, company.country, company.language, about, company.domain, cloud)


def add(
    stage: Stage,
    company: Company,
    house: House,
    reseller: House | None,
    by: Staff | None = None,
    cloud: Cloud = Cloud.PUBLIC,
) -> Agreement:
    """A new customer, put in by whoever will look after it."""
    person = by or (reseller or house).agents[0]
    through = reseller.partner if reseller else None
    added = customers.add_customer(stage.staff(person), house.partner, profile(company, cloud), through)
    return Agreement(stage, company, house, reseller, person, added.machine, added.relationship)


def ask_newcomer(stage: Stage, company: Company, house: House, force: bool = False) -> tuple[Agreement, Invitation]:
    """Somebody who is no customer yet is asked for relationship and agreement at once."""
    person = house.agents[0]
    rules = rulebooks.of(installation().rules, house.partner.id)
    asked = Ask(InvitationKind.RELATIONSHIP, contact(company), company.language, person, force=force)
    act = stage.staff(person)
    invitation = invitations.invite_newcomer(act, house.partner, None, profile(company), asked, rules)
    machine = invitation.machine or db.session.get_one(Machine, invitation.machine_id)
    held = {"partner_id": machine.partner_id, "customer_id": machine.customer_id}
    relationship = db.session.query(Relationship).filter_by(**held).one()
    return Agreement(stage, company, house, None, person, machine, relationship), invitation
