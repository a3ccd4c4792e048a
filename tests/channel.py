"""The indirect channel: Pia and Per work for the provider Tailspin, Rita for its reseller Wingtip."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, ParamSpec, TypeVar

import pytest
from sqlalchemy import select

from app.auth import acts
from app.commands import attestations, customers, drafts, partners, staff
from app.commands.customers import Profile
from app.commands.drafts import Prepare
from app.commands.files import File
from app.core.act import Act
from app.core.contact import Contact
from app.core.policy import Rulebook
from app.core.refusals import Refused
from app.core.vocabulary import Cloud, PartnerType, Role
from app.db import db, transaction
from app.installation import installation
from app.models import Draft, Machine, Partner, Relationship, Staff, Task
from tests.cast import MARIA
from tests.cli.terminal import COUNTS

P = ParamSpec("P")
T = TypeVar("T")
AGREED = datetime(2026, 1, 31, tzinfo=UTC)
SIGNED = File("signed.pdf", "application/pdf", b"%PDF signed by Maria")
_number = count(1)


def done(work: Callable[P, T], *words: P.args, **names: P.kwargs) -> T:
    with transaction():
        return work(*words, **names)


def refused(work: Callable[P, object], *words: P.args, **names: P.kwargs) -> str:
    """The word of a refusal that has left no trace."""
    before = counts()
    with pytest.raises(Refused) as caught, transaction():
        work(*words, **names)
    assert counts() == before
    return caught.value.reason.value


def counts() -> dict[str, int]:
    """How many rows each table has, and how often machines have moved."""
    with db.engine.connect() as connection:
        return {row.name: row.found for row in connection.execute(COUNTS)}


def tasks(machine: Machine) -> list[tuple[Any, ...]]:
    """Kind, whose, for whom, and whether it is still open, oldest first."""
    with db.engine.connect() as connection:
        columns = (Task.kind, Task.partner_id, Task.assignee_id, Task.closed_at.is_(None))
        query = select(*columns).where(Task.machine_id == machine.id).order_by(Task.id)
        return [tuple(row) for row in connection.execute(query)]


def act(person: Staff, at: datetime | None = None, **changes: Any) -> Act:
    """Somebody acting now, or then."""
    found = acts.staff(person.email)[0]
    return replace(found, at=at or found.at, **changes)


def hire(partner: Partner, *roles: Role, name: str = "Ana Lind") -> Staff:
    email = f"{name.split()[0].lower()}{next(_number)}@{partner.name.lower()}.example"
    return done(staff.add_staff, acts.console(), partner, email, name, roles or [Role.ADMIN_AGENT])


def company(name: str, kind: PartnerType, *providers: Partner) -> Partner:
    return done(partners.add_partner, acts.console(), name, kind, "SE", providers=providers)


def ask(contact: Contact = MARIA, agreed_at: datetime = AGREED, note: str | None = None, *files: File) -> Prepare:
    return Prepare(contact, agreed_at, note, files)


@dataclass(frozen=True)
class Case:
    """One customer's agreement, and short ways for a draft about it; each wants a transaction around it."""

    machine: Machine
    relationship: Relationship
    rules: Rulebook

    def submit(self, by: Act, what: Prepare | None = None) -> Draft:
        return drafts.submit(by, self.machine, self.relationship, what or ask(), self.rules)

    def resubmit(self, by: Act, draft: Draft, what: Prepare | None = None) -> None:
        drafts.resubmit(by, draft, self.relationship, what or ask(), self.rules)

    def approve(self, by: Act, draft: Draft) -> None:
        drafts.approve(by, draft, self.relationship, self.rules)

    def attest(self, by: Act, contact: Contact = MARIA, agreed_at: datetime = AGREED) -> None:
        attestations.attest(by, self.machine, self.relationship, contact, agreed_at, self.rules)

    def attempts(self, by: Act, draft: Draft) -> dict[str, Callable[[], object]]:
        """Every step that there is for a draft."""
        return {
            "approve": lambda: self.approve(by, draft),
            "return": lambda: drafts.give_back(by, draft, "the signature is missing"),
            "resubmit": lambda: self.resubmit(by, draft),
            "discard": lambda: drafts.discard(by, draft),
        }


@dataclass(frozen=True)
class Channel:
    provider: Partner
    reseller: Partner
    pia: Staff
    per: Staff
    rita: Staff
    rules: Rulebook

    def customer(self, reseller: Partner | None = None, cloud: Cloud = Cloud.PUBLIC) -> Case:
        """A fresh customer of the provider's, worked through its reseller."""
        return customer(self.provider, reseller or self.reseller, cloud)


def customer(partner: Partner, reseller: Partner | None = None, cloud: Cloud = Cloud.PUBLIC) -> Case:
    domain = f"contoso{next(_number)}.channel.example"
    about = Profile("Contoso", "SE", "en", replace(MARIA, email=f"maria@{domain}"), domain, cloud)
    added = done(customers.add_customer, acts.console(), partner, about, reseller)
    return Case(added.machine, added.relationship, installation().rules)


def introduce() -> Channel:
    """Bring provider, reseller and their people into the database."""
    provider = company("Tailspin", PartnerType.PROVIDER)
    reseller = company("Wingtip", PartnerType.RESELLER, provider)
    pia, per = hire(provider, name="Pia Berg"), hire(provider, Role.SALES_AGENT, name="Per Dahl")
    rita = hire(reseller, Role.SALES_AGENT, name="Rita Falk")
    return Channel(provider, reseller, pia, per, rita, installation().rules)
