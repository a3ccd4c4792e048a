"""An agreement as an event left it: the facts that news keep and every status is made from, nobody's name in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.carrying import Delivery
from app.core.evidence import stamp
from app.core.lifecycle import State
from app.core.vocabulary import AcceptanceMethod, AgreementType, Assurance, InvitationStatus

Reads = Mapping[str, tuple[str, Callable[[Any], Any]]]

# Each column: how its fact is called, and what reads it back.
AGREEMENT: Reads = {
    "agreement_type": ("agreementType", AgreementType),
    "state": ("state", State),
    "since": ("since", datetime.fromisoformat),
    "number": ("number", int),
    "scenario": ("scenario", int),
    "acceptance_number": ("acceptanceNumber", int),
    "method": ("method", AcceptanceMethod),
    "assurance": ("assurance", Assurance),
    "agreed_at": ("agreedAt", datetime.fromisoformat),
    "template_id": ("templateId", str),
    "accepted_version": ("acceptedVersion", int),
}
INVITATION: Reads = {
    "id": ("id", UUID),
    "status": ("status", InvitationStatus),
    "delivery": ("delivery", Delivery),
    "expires_at": ("expiresAt", datetime.fromisoformat),
}
WHOSE = ("id", "partner_id", "customer_id")


@dataclass(frozen=True)
class Invited:
    """The agreement's newest invitation."""

    id: UUID
    status: InvitationStatus
    delivery: Delivery
    expires_at: datetime


@dataclass(frozen=True)
class Snapshot:
    id: UUID
    partner_id: UUID
    customer_id: UUID
    agreement_type: AgreementType
    state: State
    since: datetime
    number: int
    scenario: int | None = None
    acceptance_number: int | None = None
    method: AcceptanceMethod | None = None
    assurance: Assurance | None = None
    agreed_at: datetime | None = None
    template_id: str | None = None
    accepted_version: int | None = None
    invitation: Invited | None = None

    @property
    def on_record(self) -> bool:
        return self.acceptance_number is not None

    @classmethod
    def of(cls, machine: Any, invitation: Any = None) -> "Snapshot":
        """Of a machine and its newest invitation as they stand."""
        shown = {name: getattr(machine, name) for name in (*WHOSE, *AGREEMENT)}
        beside = Invited(*(getattr(invitation, name) for name in INVITATION)) if invitation else None
        return cls(**shown, invitation=beside)

    @classmethod
    def read(cls, facts: Mapping[str, Any], whose: Mapping[str, Any]) -> "Snapshot":
        asked = facts.get("invitation")
        beside = Invited(**_read(INVITATION, asked)) if asked else None
        return cls(**whose, **_read(AGREEMENT, facts), invitation=beside)

    def facts(self) -> dict[str, Any]:
        """As JSON keeps it; what is not so of an agreement is left out."""
        asked = {"invitation": _told(INVITATION, self.invitation)} if self.invitation else {}
        return _told(AGREEMENT, self) | asked


def _told(members: Reads, row: object) -> dict[str, Any]:
    values = {member: getattr(row, name) for name, (member, _) in members.items()}
    return {member: _plain(value) for member, value in values.items() if value is not None}


def _plain(value: Any) -> str | int:
    if isinstance(value, int):
        return value
    return stamp(value) if isinstance(value, datetime) else str(value)


def _read(members: Reads, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: read(facts[member]) for name, (member, read) in members.items() if member in facts}
