"""The status resource: everything a poller needs to know of one agreement, as api.md spells it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.core.agreements import Terms
from app.core.contact import CONTACT_MEMBERS
from app.core.evidence import stamp
from app.db import db
from app.models import Invitation, Machine, Record, SealedValue


def _time(at: datetime | None) -> str | None:
    return stamp(at) if at else None


def status(machine: Machine, terms: Terms) -> dict[str, Any]:
    return {
        "customerId": str(machine.customer_id),
        "partnerId": str(machine.partner_id),
        "agreementType": machine.agreement_type,
        "state": machine.state,
        "since": stamp(machine.since),
        "sequence": machine.number,
        "confirmed": machine.on_record and not terms.stale(machine.accepted_version),
        "method": machine.method,
        "assurance": machine.assurance,
        "dateAgreed": _time(machine.agreed_at),
        "primaryContact": _primary_contact(machine),
        "version": {
            "templateId": machine.template_id or terms.template_id,
            "versionRank": terms.version if machine.accepted_version is None else machine.accepted_version,
            "current": not terms.stale(machine.accepted_version),
            "reconfirmBy": None,
        },
        "invitation": _invitation(machine),
        "upstream": None,
        "attributes": {"objectType": "Acceptance"},
    }


def _primary_contact(machine: Machine) -> dict[str, str] | None:
    """Who accepted or was vouched for, as long as nobody asked for it to be erased."""
    if machine.acceptance_number is None:
        return None
    rows = db.session.execute(
        select(SealedValue.name, SealedValue.value)
        .join(Record, Record.id == SealedValue.record_id)
        .where(
            Record.machine_id == machine.id,
            Record.number == machine.acceptance_number,
            SealedValue.name.in_(CONTACT_MEMBERS),
        )
    )
    found = {name: str(value) for name, value in rows}
    return {name: found[name] for name in CONTACT_MEMBERS if name in found} or None


def _invitation(machine: Machine) -> dict[str, Any] | None:
    newest = db.session.scalar(
        select(Invitation).where(Invitation.machine_id == machine.id).order_by(Invitation.id.desc()).limit(1)
    )
    if newest is None:
        return None
    return {
        "id": str(newest.id),
        "status": newest.status,
        "delivery": newest.delivery,
        "expiresAt": stamp(newest.expires_at),
    }


def invitation(row: Invitation, warnings: list[str]) -> dict[str, Any]:
    """The invitation as its maker gets it back."""
    return {
        "id": str(row.id),
        "customerId": str(row.machine.customer_id),
        "kind": row.kind,
        "status": row.status,
        "delivery": row.delivery,
        "contact": row.contact.personal(),
        "language": row.language,
        "expiresAt": stamp(row.expires_at),
        "warnings": warnings,
        "attributes": {"objectType": "Invitation"},
    }
