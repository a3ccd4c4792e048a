"""What a partner has confirmed, record by record, and whether the customer itself has signed."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core import contact as text
from app.core.act import Act
from app.core.contact import CONTACT_MEMBERS
from app.core.lifecycle import Event
from app.core.policy import Rulebook
from app.core.vocabulary import AcceptanceMethod, AgreementType
from app.db import db
from app.models import Machine, Record, SealedValue
from app.queries import scope
from app.queries.subjects import elsewhere


def listed(act: Act, customer_id: UUID, kinds: Iterable[AgreementType]) -> list[dict[str, Any]]:
    """The partner's confirmations, the oldest first, corrections among them; the customer's own acts are none."""
    relationship = scope.relationship(act, customer_id)
    rows = db.session.execute(
        select(Record.id, Record.body, Machine.agreement_type)
        .join(Machine, Machine.id == Record.machine_id)
        .where(
            scope.visible_to(act),
            Machine.partner_id == relationship.partner_id,
            Machine.customer_id == customer_id,
            Machine.agreement_type.in_(list(kinds)),
            Record.event == Event.ATTEST.value,
        )
        .order_by(Record.at, Record.id)
    ).all()
    people = _people([row.id for row in rows])
    return [_confirmation(json.loads(row.body), row.agreement_type, people[row.id]) for row in rows]


def _people(records: list[UUID]) -> dict[UUID, dict[str, str]]:
    """Who was vouched for in each record, as far as nobody asked for it to be erased."""
    query = select(SealedValue).where(SealedValue.record_id.in_(records), SealedValue.name.in_(CONTACT_MEMBERS))
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    for value in db.session.scalars(query):
        found[value.record_id][value.name] = str(value.value)
    return found


def _confirmation(body: dict[str, Any], kind: AgreementType, person: dict[str, str]) -> dict[str, Any]:
    facts, user = body["facts"], text.uuid(body["actor"].get("id"))
    return {
        **({"userId": str(user)} if user else {}),
        "primaryContact": {name: person[name] for name in CONTACT_MEMBERS if name in person},
        "templateId": facts["templateId"],
        "dateAgreed": facts["statedDate"],
        "type": kind,
    }


def signed(machine: Machine, rules: Rulebook, at: datetime) -> bool:
    """Whether the customer itself has accepted what counts now, here or where it counts for every partner."""
    terms = rules.terms(machine.agreement_type, at)
    if machine.method is AcceptanceMethod.DIRECT and machine.on_record and not terms.stale(machine.accepted_version):
        return True
    best = db.session.scalar(elsewhere(machine.partner_id, machine.customer_id, machine.agreement_type).limit(1))
    return best is not None and not terms.stale(best.accepted_version)
