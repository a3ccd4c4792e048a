"""The record that answers one invitation: its hash is the receipt, whatever was recorded since."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.core.lifecycle import Event
from app.db import db
from app.models import Invitation, Machine, Record


@dataclass(frozen=True)
class Receipt:
    number: int
    hash: str
    at: datetime
    version: int


def of(machine: Machine, invitation: Invitation) -> Receipt | None:
    """The acceptance of this very invitation, if it was accepted."""
    record = db.session.scalar(
        select(Record)
        .where(
            Record.machine_id == machine.id,
            Record.event == Event.ACCEPT.value,
            Record.body.contains(f'"invitation":"{invitation.id}"', autoescape=True),
        )
        .limit(1)
    )
    if record is None:
        return None
    return Receipt(record.number, record.hash, record.at, json.loads(record.body)["facts"]["version"])
