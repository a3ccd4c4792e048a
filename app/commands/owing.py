"""Note in this transaction what the worker must do after it: facts and names of rows, never rendered text."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.act import Act
from app.core.effects import LANES
from app.core.vocabulary import Owed
from app.db import db, new_id
from app.models import Outbox


def owe(
    act: Act,
    kind: Owed,
    partner_id: UUID,
    dedupe: str,
    payload: dict[str, Any],
    due: datetime | None = None,
    to: str | None = None,
) -> UUID:
    """Answers the row's id, which it keeps when it is finished and archived. `to`: the mailbox, where it is known."""
    row = Outbox(
        id=new_id(),
        partner_id=partner_id,
        lane=LANES[kind],
        kind=kind,
        dedupe=dedupe,
        payload=payload,
        domain=to.rpartition("@")[2] if to else None,
        due_at=due or act.at,
        created_at=act.at,
    )
    db.session.add(row)
    return row.id
