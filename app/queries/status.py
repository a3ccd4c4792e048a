"""The status resource: everything a poller needs to know of one agreement, as api.md spells it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.core.agreements import Terms
from app.core.contact import CONTACT_MEMBERS
from app.core.evidence import stamp
from app.core.policy import Rulebook, start_of
from app.db import db
from app.models import Invitation, Machine, Record, SealedValue
from app.queries.subjects import elsewhere


def _time(at: datetime | None) -> str | None:
    return stamp(at) if at else None


def status(machine: Machine, rules: Rulebook, at: datetime) -> dict[str, Any]:
    terms = rules.terms(machine.agreement_type, at)
    shown = _counting(machine, terms)
    accepted = shown.accepted_version
    reconfirm_by = terms.reconfirm_by(accepted) if terms.outdated(accepted) else None
    return {
        "customerId": str(machine.customer_id),
        "partnerId": str(machine.partner_id),
        "agreementType": machine.agreement_type,
        "state": machine.state,
        "since": stamp(machine.since),
        "sequence": machine.number,
        "confirmed": shown.on_record and not terms.stale(accepted),
        "method": shown.method,
        "assurance": shown.assurance,
        "dateAgreed": _time(shown.agreed_at),
        "primaryContact": _primary_contact(machine),
        "version": {
            "templateId": shown.template_id or terms.template_id,
            "versionRank": terms.version if accepted is None else accepted,
            "current": not terms.outdated(accepted),
            "reconfirmBy": _time(start_of(reconfirm_by)) if reconfirm_by else None,
        },
        "invitation": _invitation(machine),
        "upstream": None,
        "attributes": {"objectType": "Acceptance"},
    }


def _counting(machine: Machine, terms: Terms) -> Machine:
    """The machine whose acceptance speaks: its own, or another partner's direct one that counts for the tenant."""
    if machine.on_record and not terms.stale(machine.accepted_version):
        return machine
    best = elsewhere(machine.partner_id, machine.customer_id, machine.agreement_type).limit(1)
    others = db.session.scalar(best)
    return others if others and not terms.stale(others.accepted_version) else machine


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
