"""The named cast: Ana works for the partner Fabrikam, Maria for its customer Contoso."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count

from app.auth import acts
from app.commands import customers, invitations, partners, staff
from app.commands.customers import Profile
from app.commands.invitations import Ask
from app.core.act import Act
from app.core.contact import Contact
from app.core.policy import Rulebook
from app.core.vocabulary import Cloud, InvitationKind, PartnerType, Role
from app.db import db, transaction
from app.installation import installation
from app.models import Invitation, Machine, Partner, Relationship, Staff

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MARIA = Contact("Maria", "Ek", "maria@contoso.example", "+46 8 123 456")
_number = count(1)


@dataclass
class Cast:
    """People and companies that are there in every story."""

    fabrikam: Partner
    ana: Staff
    rules: Rulebook

    def act(self, person: Staff | None = None) -> Act:
        """Ana, or somebody else, acting now."""
        return acts.staff((person or self.ana).email)[0]

    def customer(self, cloud: Cloud = Cloud.PUBLIC, reseller: Partner | None = None, **changes: str) -> "Story":
        """A fresh customer of Fabrikam's with its machine."""
        domain = f"contoso{next(_number)}.example"
        profile = Profile(
            changes.get("company", "Contoso"), "SE", "en", replace(MARIA, email=f"maria@{domain}"), domain, cloud
        )
        with transaction():
            partner = db.session.get(Partner, self.fabrikam.id)
            assert partner
            added = customers.add_customer(self.act(), partner, profile, reseller)
        return Story(self, added.machine, added.relationship)


@dataclass
class Story:
    """One customer's agreement, and short ways to move it through commands."""

    cast: Cast
    machine: Machine
    relationship: Relationship

    def invite(self, kind: InvitationKind = InvitationKind.AGREEMENT, **changes: object) -> Invitation:
        ask = replace(Ask(kind, self.relationship.contact, "en", self.cast.ana), **changes)  # type: ignore[arg-type]
        with transaction():
            return invitations.invite(self.cast.act(), self.machine, self.relationship, ask, self.cast.rules)


def introduce() -> Cast:
    """Bring the cast into an empty database."""
    operator = acts.console()
    with transaction():
        fabrikam = partners.add_partner(operator, "Fabrikam", PartnerType.DIRECT_BILL, "SE")
        email = f"ana@fabrikam{next(_number)}.example"
        ana = staff.add_staff(operator, fabrikam, email, "Ana Lind", [Role.ADMIN_AGENT])
    return Cast(fabrikam, ana, installation().rules)
