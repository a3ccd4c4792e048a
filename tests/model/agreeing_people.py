"""Everybody who can try something: the staff, accounts and tokens of a partner and its reseller, and strangers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from app.auth import acts, tokens
from app.commands import partners
from app.commands import staff as people
from app.core.act import Act
from app.core.permissions import overrides
from app.core.vocabulary import ActorKind, Method, Owner, PartnerType, Role
from app.db import db, transaction
from app.models import Partner
from tests.model.world import hurry

ROLES: dict[str, list[Role]] = {role.value: [role] for role in Role} | {
    "sales and global": [Role.SALES_AGENT, Role.GLOBAL_ADMIN],
    # Prepares the drafts that the others decide about.
    "preparer": [Role.ADMIN_AGENT],
}
PREPARER = "preparer"
# An installation whose settings name other roles than the table.
SETTINGS = "attest=helpdesk-agent; attest-blocked=global-admin; invite=helpdesk-agent; approve-draft=sales-agent"
TOM = "Tom Ek <tom@contractor.example>"


class Side(StrEnum):
    """How the customer is worked with."""

    DIRECT = "direct-bill partner"
    PROVIDER = "provider"
    RESOLD = "provider through a reseller"
    JOINED = "provider that a reseller works with too"

    @property
    def resold(self) -> bool:
        return self in (Side.RESOLD, Side.JOINED)


@dataclass(frozen=True)
class Firm:
    """One partner, and who acts for it."""

    id: UUID
    acts: dict[str, Act]

    def named(self, name: str) -> Act:
        return self.acts[name]


@dataclass(frozen=True)
class People:
    direct: Firm
    provider: Firm
    reseller: Firm
    other: Firm
    stranger: Firm

    def confirming(self, side: Side) -> Firm:
        return self.direct if side is Side.DIRECT else self.provider

    def owner(self, owner: Owner, side: Side) -> Firm:
        """The firm whose move a step is."""
        firm = self.reseller if owner is Owner.RESELLER else self.confirming(side)
        kinds = {Owner.PARTNER: [Side.DIRECT], Owner.PROVIDER: [Side.PROVIDER, Side.RESOLD, Side.JOINED]}
        assert side in kinds.get(owner, [side])
        assert owner is not Owner.RESELLER or side.resold
        return firm

    def callers(self, side: Side) -> dict[str, Act]:
        """Who sees the agreement and may try something with it."""
        confirming = self.confirming(side)
        found = _those_of("its", confirming) | {"console": acts.console(confirming.id)}
        return found | _those_of("reseller's", self.reseller) if side.resold else found

    def strangers(self, side: Side) -> dict[str, Act]:
        """Who must not even learn that there is such a customer."""
        found = {"stranger": self.stranger.named(Role.ADMIN_AGENT), "stranger's app": self.stranger.named("app")}
        found["a customer"] = Act(ActorKind.CUSTOMER, Method.EMAIL_CODE, acts.now())
        if not side.resold:
            found["reseller of others"] = self.reseller.named(Role.ADMIN_AGENT)
        return found


def _those_of(whose: str, firm: Firm) -> dict[str, Act]:
    trying = dict(firm.acts)
    for role in (Role.HELPDESK_AGENT, Role.SALES_AGENT, Role.GLOBAL_ADMIN):
        trying[f"{role.value} by settings"] = replace(firm.named(role), overrides=overrides(SETTINGS))
    return {f"{whose} {name}": act for name, act in trying.items()}


def gather() -> People:
    """Five firms, committed once; every act comes through its own real door."""
    hurry(db.engine)
    with transaction():
        provider = _partner("Tailspin", PartnerType.PROVIDER)
        rows = {
            "direct": _partner("Fabrikam", PartnerType.DIRECT_BILL),
            "provider": provider,
            "reseller": _partner("Wingtip", PartnerType.RESELLER, [provider]),
            "other": _partner("Northwind", PartnerType.DIRECT_BILL),
            "stranger": _partner("Adatum", PartnerType.DIRECT_BILL),
        }
        secrets = {name: _hire(name, partner) for name, partner in rows.items()}
    return People(**{name: _firm(name, row, secrets[name]) for name, row in rows.items()})


def _partner(name: str, kind: PartnerType, providers: Iterable[Partner] = ()) -> Partner:
    return partners.add_partner(acts.console(), name, kind, "SE", providers=tuple(providers))


def _mail(name: str, firm: str) -> str:
    return f"{name.replace(' ', '.')}@{firm}.example"


def _hire(firm: str, partner: Partner) -> dict[str, str]:
    """The people, and the secrets of the accounts that are none."""
    console = acts.console()
    rows = {
        name: people.add_staff(console, partner, _mail(name, firm), f"{name} of {firm}", roles)
        for name, roles in ROLES.items()
    }
    account = people.open_service_account(console, partner, "billing", [Role.ADMIN_AGENT])
    weak = people.open_service_account(console, partner, "desk", [Role.HELPDESK_AGENT])
    desk = rows[Role.HELPDESK_AGENT]
    holders = {"service": account, "helpdesk service": weak, "helpdesk's token": desk, "app": None}
    return {name: people.create_token(console, partner, holder)[1] for name, holder in holders.items()}


def _firm(name: str, partner: Partner, secrets: dict[str, str]) -> Firm:
    found = {who: acts.staff(_mail(who, name))[0] for who in ROLES}
    found |= {who: tokens.bearer(f"Bearer {secret}", "192.0.2.7") for who, secret in secrets.items()}
    return Firm(partner.id, found)
