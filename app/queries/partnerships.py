"""The partners a tenant works with, as the tenant itself reads about them: what is agreed, and what is on record."""

import base64
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.evidence import moment
from app.core.lifecycle import Event
from app.core.refusals import Reason, Refused
from app.core.vocabulary import ActorKind, InvitationStatus, Note
from app.db import db
from app.models import RELATED, Dispute, Invitation, Machine, Partner, Record, Relationship, SealedValue, Staff
from app.queries import customers

# What a customer reads of an agreement's records; how its partner went about asking is the partner's own business.
ACCEPTANCES = (Event.ACCEPT, Event.ATTEST)
READ = tuple(event.value for event in (*ACCEPTANCES, Event.DECLINE, Event.BLOCK, Event.WITHDRAW))
READ += (Note.DISPUTED.value, Note.DISPUTE_CLOSED.value)
# Of staff a name and whom they vouched for; where they sat and with which browser is none of the customer's.
SHOWN = ("actorName", "onBehalfOf", "typedName", "firstName", "lastName", "email", "phoneNumber", "reason")
OWN = (*SHOWN, "ip", "userAgent")


@dataclass(frozen=True)
class Partnership:
    """One partner of a tenant, with the agreements there are between them."""

    partner: Partner
    relationship: Relationship
    resellers: Sequence[Partner]
    machines: Sequence[Machine]


@dataclass(frozen=True)
class Entry:
    """One record, with what it commits to as far as the customer may read it and nobody had it erased."""

    number: int
    event: str
    at: datetime
    hash: str
    body: dict[str, Any]
    sealed: dict[str, SealedValue]

    @property
    def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = self.body["facts"]
        return found

    @property
    def people(self) -> dict[str, str]:
        return {name: str(row.value) for name, row in self.sealed.items()}

    @property
    def roles(self) -> list[str]:
        """Those the actor held then."""
        return (self.body["actor"]["role"] or "").split(",") if self.by_staff else []

    @property
    def by_staff(self) -> bool:
        return bool(self.body["actor"]["kind"] == ActorKind.STAFF)

    @property
    def person(self) -> str | None:
        """Who accepted, or is said to have: as typed at the portal, else as named by whoever recorded it."""
        names = [self.people[name] for name in ("firstName", "lastName") if name in self.people]
        return self.people.get("typedName") or " ".join(names) or None

    @property
    def voucher(self) -> str | None:
        """Who of the partner's staff gave their word."""
        return (self.people.get("onBehalfOf") or self.people.get("actorName")) if self.by_staff else None

    @property
    def stated(self) -> datetime:
        """When the customer agreed: as stated, else when it was recorded."""
        said = self.facts.get("statedDate")
        return moment(said) if said else self.at


def listed(customer_id: UUID) -> list[Partnership]:
    """All partners of the tenant, by name."""
    return _found(Relationship.customer_id == customer_id)


def one(customer_id: UUID, partner_id: UUID) -> Partnership:
    """One of them; unknown and other tenants' partners are alike not there."""
    found = _found(Relationship.customer_id == customer_id, Relationship.partner_id == partner_id)
    if not found:
        raise Refused(Reason.NOT_FOUND, what="partner id")
    return found[0]


def _found(*wanted: Any) -> list[Partnership]:
    pairs = db.session.execute(
        select(Partner, Relationship)
        .join(Relationship, Relationship.partner_id == Partner.id)
        .where(*wanted)
        .order_by(Partner.name, Partner.id)
    ).all()
    held: dict[UUID, list[Machine]] = defaultdict(list)
    query = select(Machine).join(Relationship, RELATED).where(*wanted).order_by(Machine.agreement_type.desc())
    for machine in db.session.scalars(query):
        held[machine.partner_id].append(machine)
    return [
        Partnership(partner, relationship, customers.resellers_of(relationship), held[partner.id])
        for partner, relationship in pairs
    ]


def agreement(machine_id: UUID, customer_id: UUID, partner_id: UUID | None) -> tuple[Machine, Partner]:
    """An agreement of the tenant, with that partner if only one is shown, and the partner."""
    wanted = [Machine.id == machine_id, Machine.customer_id == customer_id]
    if partner_id:
        wanted.append(Machine.partner_id == partner_id)
    query = select(Machine, Partner).join(Partner, Partner.id == Machine.partner_id).where(*wanted)
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise Refused(Reason.NOT_FOUND, what="agreement id")
    return row[0], row[1]


def entries(machine: Machine) -> list[Entry]:
    """What happened to the agreement, the newest first."""
    return _entries(machine, Record.event.in_(READ))


def acceptance(machine: Machine, number: int) -> Entry:
    """The record of an acceptance, whether it still counts or not."""
    accepted = Record.event.in_([event.value for event in ACCEPTANCES])
    found = _entries(machine, Record.number == number, accepted)
    if not found:
        raise Refused(Reason.NOT_FOUND, what="record")
    return found[0]


def _entries(machine: Machine, *wanted: Any) -> list[Entry]:
    rows = db.session.scalars(
        select(Record).where(Record.machine_id == machine.id, *wanted).order_by(Record.number.desc())
    ).all()
    bodies = {row.id: json.loads(row.body) for row in rows}
    sealed: dict[UUID, dict[str, SealedValue]] = defaultdict(dict)
    for value in db.session.scalars(select(SealedValue).where(SealedValue.record_id.in_(bodies))):
        own = bodies[value.record_id]["actor"]["kind"] == ActorKind.CUSTOMER
        if value.name in (OWN if own else SHOWN):
            sealed[value.record_id][value.name] = value
    return [Entry(row.number, row.event, row.at, row.hash, bodies[row.id], sealed[row.id]) for row in rows]


def handed_out(entry: Entry) -> dict[str, Any]:
    """A record as it can be checked: hash and body, and salt and value of what it commits to."""
    opened = {
        row.commitment: {"name": name, "salt": base64.b64encode(row.salt).decode(), "value": row.value}
        for name, row in entry.sealed.items()
    }
    return {"number": entry.number, "hash": entry.hash, "body": entry.body, "personal": opened}


def disputes(machine: Machine) -> list[tuple[Dispute, Staff | None]]:
    """Every dispute about the agreement with who of the partner answers it, the newest first."""
    query = select(Dispute, Staff).outerjoin(Staff, Staff.id == Dispute.owner_id)
    rows = db.session.execute(query.where(Dispute.machine_id == machine.id).order_by(Dispute.id.desc()))
    return [(dispute, owner) for dispute, owner in rows]


def requests(customer_id: UUID, at: datetime) -> list[tuple[Invitation, Machine, Relationship, Partner]]:
    """What the tenant is asked for and can still answer, by every partner, what ends first first."""
    return [(row[0], row[1], row[2], row[3]) for row in db.session.execute(_asked(customer_id, at))]


def request(invitation_id: UUID, customer_id: UUID, at: datetime) -> tuple[Invitation, Machine]:
    row = db.session.execute(_asked(customer_id, at).where(Invitation.id == invitation_id)).one_or_none()
    if row is None:
        raise Refused(Reason.NOT_FOUND, what="invitation id")
    return row[0], row[1]


def _asked(customer_id: UUID, at: datetime) -> Any:
    return (
        select(Invitation, Machine, Relationship, Partner)
        .join(Machine, Machine.id == Invitation.machine_id)
        .join(Relationship, RELATED)
        .join(Partner, Partner.id == Machine.partner_id)
        .where(
            Machine.customer_id == customer_id,
            Invitation.status == InvitationStatus.OPEN,
            Invitation.expires_at > at,
        )
        .order_by(Invitation.expires_at, Invitation.id)
    )
