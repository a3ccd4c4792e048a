"""The confirmation that stands for one agreement: of whom, by whom, when, on what files."""

import json
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from app.core.act import Act
from app.core.vocabulary import AcceptanceMethod, PartnerType
from app.db import db
from app.models import Attachment, Machine, Record, SealedValue
from app.queries.attachments import readable

NAMES = ("firstName", "lastName", "email", "phoneNumber", "actorName", "onBehalfOf")
# What somebody typed at the portal is evidence: the confirming partner's, not its reseller's.
OWN = (*NAMES, "typedName")


@dataclass(frozen=True)
class Confirmed:
    number: int
    method: AcceptanceMethod
    agreed_at: datetime
    recorded_at: datetime
    version: int
    # Who agreed and who recorded it, by the names that records give them; without those that were erased.
    people: dict[str, str]
    files: list[Attachment] = field(default_factory=list)

    @property
    def person(self) -> str:
        whole = f"{self.people.get('firstName', '')} {self.people.get('lastName', '')}".strip()
        return self.people.get("typedName") or whole

    @property
    def voucher(self) -> str:
        return self.people.get("onBehalfOf") or self.people.get("actorName", "")


def of(act: Act, machine: Machine) -> Confirmed | None:
    """What is on record and not withdrawn."""
    number, method, agreed = machine.acceptance_number, machine.method, machine.agreed_at
    if number is None or method is None or agreed is None:
        return None
    record = db.session.scalars(select(Record).where(Record.machine_id == machine.id, Record.number == number)).one()
    sealed = select(SealedValue.name, SealedValue.value).where(SealedValue.record_id == record.id)
    names = NAMES if act.partner_type is PartnerType.RESELLER else OWN
    people = {name: str(value) for name, value in db.session.execute(sealed.where(SealedValue.name.in_(names)))}
    files = select(Attachment).where(Attachment.record_id == record.id, readable(act)).order_by(Attachment.id)
    version = int(json.loads(record.body)["facts"].get("version", machine.accepted_version or 0))
    return Confirmed(number, method, agreed, record.at, version, people, list(db.session.scalars(files)))
