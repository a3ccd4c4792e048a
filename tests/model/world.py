"""Who and what these tests are about: acts at a given time, fresh partners and customers, and what all runs share."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, event

from app.auth import acts
from app.commands import customers, invitations, partners
from app.commands import staff as people
from app.commands.customers import Profile
from app.commands.invitations import Ask
from app.core.act import Act
from app.core.agreements import Catalogue
from app.core.contact import Contact
from app.core.policy import Rulebook
from app.core.vocabulary import (
    ActorKind,
    AgreementType,
    Cloud,
    InvitationKind,
    Method,
    PartnerType,
    RelationshipState,
    Role,
)
from app.db import db, new_id, transaction
from app.installation import installation
from app.models import Partner
from tests.model.agreement import Model
from tests.model.racing import Case
from tests.model.reading import Tally

OWN_DOMAIN = "fabrikam.example"
_number = count(1)


def hurry(engine: Engine) -> None:
    """SQLite without waiting for the disk at each commit: nothing here cuts the power, and commits are many."""
    if engine.dialect.name == "sqlite" and not event.contains(engine, "connect", _hurry):
        event.listen(engine, "connect", _hurry)
        engine.dispose()


def _hurry(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@dataclass(frozen=True)
class Place:
    """What one run has to itself: a partner, and a customer whose other partner is there for all runs."""

    partner: UUID
    machine: UUID
    relationship: UUID
    others: UUID
    profile: Profile


@dataclass
class World:
    """What the runs share, and what they saw together."""

    other: UUID
    rules: Rulebook
    visited: set[tuple[str, str]] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    expected: Tally = field(default_factory=Counter)
    runs: int = 0

    def begin(self, at: datetime, cloud: str, relation: str) -> Place:
        """A fresh partner and a fresh customer, who is also a customer of the other partner."""
        act = console(at)
        number = next(_number)
        domain = f"contoso{number}.example"
        profile = Profile("Contoso", "SE", "en", Contact("Maria", "Ek", f"maria@{domain}"), domain, Cloud(cloud))
        with transaction() as session:
            partner = partners.add_partner(act, "Fabrikam", PartnerType.DIRECT_BILL, "SE")
            people.add_staff(act, partner, f"ana{number}@{OWN_DOMAIN}", "Ana Lind", [Role.ADMIN_AGENT])
            added = customers.add_customer(act, partner, profile, state=RelationshipState(relation))
            other = session.get_one(Partner, self.other)
            others = customers.add_customer(act, other, profile)
        return Place(
            partner.id,
            added.machine.id,
            added.relationship.id,
            others.relationship.id,
            profile,
        )

    def note(self, pair: tuple[str, str], word: str | None) -> None:
        self.visited.add(pair)
        self.words.add(word or "done")

    def ended(self, model: Model) -> None:
        """One life more, and the first record of the customer's other machine."""
        self.runs += 1
        self.expected += model["tally"] + Counter({("record", "created"): 1, ("news", "agreement.created"): 1})

    def rulebook(self, versions: list[tuple[date, int, bool]]) -> Rulebook:
        """The installation's rules with these versions of the agreement published."""
        catalogue = self.rules.catalogue
        row = dict(catalogue.agreements[AgreementType.MCA])
        row["versions"] = [{"published": day, "rank": rank, "material": material} for day, rank, material in versions]
        return Rulebook(self.rules.policy, Catalogue({AgreementType.MCA: row}, catalogue.languages))


def staff(at: datetime, who: tuple[str, str]) -> Act:
    kind, role = who
    return Act(
        ActorKind.STAFF,
        Method.PASSWORD,
        at,
        id=str(new_id()),
        name="Ana Lind",
        roles=frozenset({Role(role)}),
        partner_type=PartnerType(kind),
    )


def customer(at: datetime) -> Act:
    return Act(ActorKind.CUSTOMER, Method.EMAIL_CODE, at, ip="192.0.2.7", user_agent="Mozilla/5.0")


def console(at: datetime) -> Act:
    return Act(ActorKind.SYSTEM, Method.CONSOLE, at, id="console")


def clock(at: datetime) -> Act:
    return Act(ActorKind.SYSTEM, Method.CLOCK, at, id="clock")


def cases(number: int, at: datetime, *, invited: bool = True) -> list[Case]:
    """So many customers of a fresh partner, already invited or not."""
    act = console(at)
    with transaction():
        partner = partners.add_partner(act, "Fabrikam", PartnerType.DIRECT_BILL, "SE")
        return [_case(act, partner, invited) for _ in range(number)]


def _case(act: Act, partner: Partner, invited: bool) -> Case:
    maria = Contact("Maria", "Ek", "maria@contoso.example")
    added = customers.add_customer(act, partner, Profile("Contoso", "SE", "en", maria))
    ask = Ask(InvitationKind.AGREEMENT, maria, "en")
    asked = invitations.invite(act, added.machine, added.relationship, ask, installation().rules) if invited else None
    return Case(added.machine.id, added.relationship.id, asked.id if asked else None)


def settle_in() -> World:
    hurry(db.engine)
    with transaction():
        other = partners.add_partner(acts.console(), "Northwind", PartnerType.PROVIDER, "SE")
    return World(other.id, installation().rules)
