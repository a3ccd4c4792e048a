"""What guards must know of the past: purchases, suppressions, the partner's own mailboxes, confirmations."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.core.agreements import Terms
from app.core.contact import CONTACT_MEMBERS, Contact, mailbox
from app.core.evidence import stamp
from app.core.lifecycle import Event
from app.core.policy import Rulebook
from app.core.vocabulary import PurchaseKind
from app.db import db
from app.models import Machine, Purchase, Record, SealedValue, Staff, Suppression

EXISTING_PARTNER, NEW_PARTNER = 1, 2


def scenario(machine: Machine) -> int | None:
    """1: bought before through this partner; 2: only through another; None: never (renewals do not count)."""
    mine = Purchase.partner_id == machine.partner_id
    found = db.session.scalar(
        select(mine)
        .where(Purchase.customer_id == machine.customer_id, Purchase.kind != PurchaseKind.AUTO_RENEWAL)
        .order_by(mine.desc())
        .limit(1)
    )
    if found is None:
        return None
    return EXISTING_PARTNER if found else NEW_PARTNER


def renewal_due(machine: Machine, region: str, at: datetime, rules: Rulebook) -> bool:
    """True when the acceptance on record should be given anew: a newer version is asked for or it is too old."""
    version, agreed = machine.accepted_version, machine.agreed_at
    known = version is not None and agreed is not None
    return known and rules.due(machine.agreement_type, version, agreed, region, at)  # type: ignore[arg-type]


def last_word(machine: Machine) -> datetime | None:
    """When what counts was said: the acceptance on record, or that one was withdrawn."""
    withdrawals = (Record.machine_id == machine.id, Record.event == Event.WITHDRAW.value)
    withdrawn = db.session.scalar(select(func.max(Record.at)).where(*withdrawals))
    return max(filter(None, (machine.agreed_at, withdrawn)), default=None)


def suppressed(partner_id: UUID, address: str) -> bool:
    held = exists().where(Suppression.partner_id == partner_id, Suppression.mailbox == mailbox(address))
    return bool(db.session.scalar(select(held)))


def same_mailbox(column: InstrumentedAttribute[str], address: str) -> ColumnElement[bool]:
    """Also as it is spelled: SQLite knows small letters of ASCII alone."""
    return (column == address) | (func.lower(column) == mailbox(address))


def staff_mailboxes(*partners: UUID | None) -> frozenset[str]:
    ids = [partner for partner in partners if partner]
    return frozenset(db.session.scalars(select(Staff.mailbox).where(Staff.partner_id.in_(ids))))


def already_confirmed(machine: Machine, contact: Contact, terms: Terms, since: datetime | None = None) -> bool:
    """The vendor's duplicate: this version, the same name, e-mail and phone, not withdrawn since, still counting."""
    standing: list[UUID] = []
    for record in db.session.execute(
        select(Record.id, Record.event, Record.body)
        .where(Record.machine_id == machine.id, Record.event.in_((Event.ATTEST.value, Event.WITHDRAW.value)))
        .order_by(Record.number)
    ):
        if record.event == Event.WITHDRAW:
            standing.clear()
        elif _counts(json.loads(record.body)["facts"], terms, since):
            standing.append(record.id)
    known: dict[UUID, dict[str, str]] = {id: {} for id in standing}
    for id, name, value in db.session.execute(
        select(SealedValue.record_id, SealedValue.name, SealedValue.value).where(
            SealedValue.record_id.in_(standing), SealedValue.name.in_(CONTACT_MEMBERS)
        )
    ):
        known[id][name] = str(value)
    return contact.personal() in known.values()


def _counts(facts: dict[str, Any], terms: Terms, since: datetime | None) -> bool:
    recent = since is None or facts["statedDate"] >= stamp(since)
    return facts["version"] == terms.version and recent
