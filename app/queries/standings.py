"""Where many agreements stand, each in short: a handful of reads for a page of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.act import Act
from app.core.agreements import Terms
from app.core.evidence import stamp
from app.core.vocabulary import PartnerType
from app.db import db
from app.models import RELATED, Invitation, Machine, Relationship
from app.queries import invitations
from app.queries.scope import visible_to
from app.queries.status import version
from app.queries.subjects import FOR_ALL_PARTNERS

ACCEPTED = (Machine.accepted_version, Machine.method, Machine.agreed_at, Machine.template_id)
KNOWN = (
    *(Machine.id, Machine.customer_id, Machine.partner_id, Machine.reseller_id, Machine.agreement_type),
    *(Machine.state, Machine.since, Machine.number, Machine.acceptance_number, *ACCEPTED),
    *(Relationship.company, Relationship.domain, Relationship.country),
)


def of(act: Act, ids: Sequence[UUID], terms: Terms) -> list[dict[str, Any]]:
    """These machines, in this order."""
    rows = {
        row.id: row
        for row in db.session.execute(
            select(*KNOWN).join_from(Machine, Relationship, RELATED).where(Machine.id.in_(ids), visible_to(act))
        )
    }
    held = _invitations(ids)
    shared = _shared([row for row in rows.values() if not _counts(row, terms)], terms)
    found = [rows[id] for id in ids if id in rows]
    return [_shown(act, row, shared.get(row.id, row), held.get(row.id), terms) for row in found]


def _shown(act: Act, row: Any, speaks: Any, held: Any, terms: Terms) -> dict[str, Any]:
    """`speaks` is the machine whose acceptance counts; mostly its own."""
    # Of several resellers of one customer none reads who else works with it.
    resells = act.partner_type is PartnerType.RESELLER
    reseller = act.partner_id if resells else row.reseller_id
    return {
        "customerId": str(row.customer_id),
        "partnerId": str(row.partner_id),
        "companyName": row.company,
        "domain": row.domain,
        "country": row.country,
        "agreementType": row.agreement_type,
        "state": row.state,
        "since": stamp(row.since),
        "sequence": row.number,
        "confirmed": _counts(speaks, terms),
        "method": speaks.method,
        "dateAgreed": stamp(speaks.agreed_at) if speaks.agreed_at else None,
        "version": version(terms, speaks.template_id, speaks.accepted_version),
        "invitation": _invitation(act, held) if held else None,
        "resellerId": str(reseller) if reseller else None,
        "attributes": {"objectType": "Acceptance"},
    }


def _counts(row: Any, terms: Terms) -> bool:
    return row.acceptance_number is not None and not terms.stale(row.accepted_version)


def _invitation(act: Act, held: Any) -> dict[str, Any]:
    return {
        "id": str(held.id),
        "status": invitations.status(held, act.at),
        "delivery": held.delivery,
        "expiresAt": stamp(held.expires_at),
    }


def _invitations(ids: Sequence[UUID]) -> dict[UUID, Any]:
    """The newest invitation of each."""
    columns = (Invitation.id, Invitation.machine_id, Invitation.status, Invitation.delivery, Invitation.expires_at)
    query = select(*columns).where(Invitation.machine_id.in_(ids)).order_by(Invitation.id)
    return {row.machine_id: row for row in db.session.execute(query)}


def _shared(rows: Sequence[Any], terms: Terms) -> dict[UUID, Any]:
    """For machines without an acceptance that counts, another partner's that does; as the status resource has it."""
    columns = (Machine.customer_id, Machine.partner_id, Machine.acceptance_number, *ACCEPTED)
    query = select(*columns).where(
        Machine.customer_id.in_([row.customer_id for row in rows]),
        Machine.agreement_type == terms.type,
        FOR_ALL_PARTNERS,
    )
    others: dict[UUID, list[Any]] = {}
    for other in db.session.execute(query) if rows else ():
        others.setdefault(other.customer_id, []).append(other)
    best = {
        row.id: max(found, key=lambda one: (one.accepted_version, one.agreed_at))
        for row in rows
        if (found := [one for one in others.get(row.customer_id, ()) if one.partner_id != row.partner_id])
    }
    return {id: other for id, other in best.items() if _counts(other, terms)}
