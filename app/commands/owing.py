"""Note in this transaction what the worker must do after it: facts and names of rows, never rendered text."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.effects import LANES
from app.core.vocabulary import Owed
from app.db import db, new_id
from app.models import Outbox


def owe(kind: Owed, partner_id: UUID, dedupe: str, payload: dict[str, Any], due: datetime) -> Outbox:
    row = Outbox(
        id=new_id(),
        partner_id=partner_id,
        lane=LANES[kind],
        kind=kind,
        dedupe=dedupe,
        payload=payload,
        due_at=due,
        created_at=due,
    )
    db.session.add(row)
    return row
