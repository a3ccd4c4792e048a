"""What guards must know of the past: purchases, suppressions, the partner's own mailboxes, confirmations."""

from uuid import UUID

from sqlalchemy import exists, select

from app.core.contact import Contact, mailbox
from app.core.lifecycle import Event
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


def suppressed(partner_id: UUID, address: str) -> bool:
    held = exists().where(Suppression.partner_id == partner_id, Suppression.mailbox == mailbox(address))
    return bool(db.session.scalar(select(held)))


def staff_mailboxes(*partners: UUID | None) -> frozenset[str]:
    ids = [partner for partner in partners if partner]
    return frozenset(db.session.scalars(select(Staff.mailbox).where(Staff.partner_id.in_(ids))))


def already_confirmed(machine: Machine, contact: Contact) -> bool:
    """The vendor's duplicate: an attestation with the same name, e-mail and phone is on record."""
    rows = db.session.execute(
        select(SealedValue.record_id, SealedValue.name, SealedValue.value)
        .join(Record, Record.id == SealedValue.record_id)
        .where(
            Record.machine_id == machine.id,
            Record.event == Event.ATTEST.value,
            SealedValue.name.in_(("firstName", "lastName", "email", "phoneNumber")),
        )
    )
    known: dict[UUID, dict[str, str]] = {}
    for record_id, name, value in rows:
        known.setdefault(record_id, {})[name] = str(value)
    return contact.personal() in known.values()
