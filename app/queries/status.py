"""The status resource: everything a poller needs to know of one agreement, as api.md spells it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.agreements import Terms
from app.core.contact import CONTACT_MEMBERS
from app.core.evidence import stamp
from app.core.policy import Rulebook, start_of
from app.core.snapshot import Invited, Snapshot
from app.db import db
from app.models import Invitation, Machine, Record, SealedValue
from app.queries import invitations
from app.queries.subjects import FOR_ALL_PARTNERS

At = tuple[Snapshot, datetime]
Contacts = dict[tuple[UUID, int | None], dict[str, str]]


def status(machine: Machine, rules: Rulebook, at: datetime) -> dict[str, Any]:
    newest = db.session.scalar(
        select(Invitation).where(Invitation.machine_id == machine.id).order_by(Invitation.id.desc()).limit(1)
    )
    return statuses([(Snapshot.of(machine, newest), at)], rules)[0]


def statuses(shots: Sequence[At], rules: Rulebook) -> list[dict[str, Any]]:
    """Agreements as they stand or as they stood, each at its time, in the same few queries for one and for many."""
    terms_on = cache(lambda kind, day: rules.terms(kind, start_of(day)))
    asked = [terms_on(shot.agreement_type, at.astimezone(UTC).date()) for shot, at in shots]
    shared = _shared([shot for (shot, _), terms in zip(shots, asked, strict=True) if not _counts(shot, terms)])
    contacts = _contacts([shot for shot, _ in shots])
    return [
        shown(shot, at, _counting(shot, terms, at, shared), terms, contacts.get((shot.id, shot.acceptance_number)))
        for (shot, at), terms in zip(shots, asked, strict=True)
    ]


def shown(
    own: Snapshot, at: datetime, counting: Snapshot, terms: Terms, contact: dict[str, str] | None
) -> dict[str, Any]:
    return {
        "customerId": str(own.customer_id),
        "partnerId": str(own.partner_id),
        "agreementType": own.agreement_type,
        "state": own.state,
        "since": stamp(own.since),
        "sequence": own.number,
        "confirmed": _counts(counting, terms),
        "method": counting.method,
        "assurance": counting.assurance,
        "dateAgreed": stamp(counting.agreed_at) if counting.agreed_at else None,
        "primaryContact": contact,
        "version": version(terms, counting.template_id, counting.accepted_version),
        "invitation": _invited(own.invitation, at) if own.invitation else None,
        "upstream": None,
        "attributes": {"objectType": "Acceptance"},
    }


def version(terms: Terms, template_id: str | None, accepted: int | None) -> dict[str, Any]:
    """Which version counts or was accepted, and until when an older one is enough."""
    reconfirm_by = terms.reconfirm_by(accepted) if terms.outdated(accepted) else None
    return {
        "templateId": template_id or terms.template_id,
        "versionRank": terms.version if accepted is None else accepted,
        "current": not terms.outdated(accepted),
        "reconfirmBy": stamp(start_of(reconfirm_by)) if reconfirm_by else None,
    }


def _invited(newest: Invited, at: datetime) -> dict[str, Any]:
    return {
        "id": str(newest.id),
        "status": invitations.status(newest, at),
        "delivery": newest.delivery,
        "expiresAt": stamp(newest.expires_at),
    }


def _counts(shot: Snapshot, terms: Terms) -> bool:
    return shot.on_record and not terms.stale(shot.accepted_version)


def _counting(own: Snapshot, terms: Terms, at: datetime, shared: Sequence[Machine]) -> Snapshot:
    """Whose acceptance speaks: the partner's own, or another partner's direct one that counts for the tenant."""
    if _counts(own, terms):
        return own
    for other in shared:
        same = (other.customer_id, other.agreement_type) == (own.customer_id, own.agreement_type)
        if same and other.partner_id != own.partner_id and other.agreed_at and other.agreed_at <= at:
            best = Snapshot.of(other)
            return best if _counts(best, terms) else own
    return own


def _shared(shots: Iterable[Snapshot]) -> Sequence[Machine]:
    """Acceptances of these tenants that count for every partner, the best first."""
    tenants = {shot.customer_id for shot in shots}
    if not tenants:
        return []
    found = select(Machine).where(Machine.customer_id.in_(tenants), FOR_ALL_PARTNERS)
    return db.session.scalars(found.order_by(Machine.accepted_version.desc(), Machine.agreed_at.desc())).all()


def _contacts(shots: Iterable[Snapshot]) -> Contacts:
    """Who accepted or was vouched for, by agreement and record, as long as nobody asked for it to be erased."""
    wanted = {(shot.id, shot.acceptance_number) for shot in shots if shot.on_record}
    if not wanted:
        return {}
    rows = db.session.execute(
        select(Record.machine_id, Record.number, SealedValue.name, SealedValue.value)
        .join(SealedValue, SealedValue.record_id == Record.id)
        .where(
            Record.machine_id.in_({machine for machine, _ in wanted}),
            Record.number.in_({number for _, number in wanted}),
            SealedValue.name.in_(CONTACT_MEMBERS),
        )
    )
    found: Contacts = {}
    for machine, number, name, value in rows:
        found.setdefault((machine, number), {})[name] = str(value)
    return {key: {name: one[name] for name in CONTACT_MEMBERS if name in one} for key, one in found.items()}
