"""The feed: what happened to a confirming partner's agreements, in the order of the numbers the sequencer gave."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.act import Act
from app.core.evidence import stamp
from app.core.policy import Rulebook
from app.core.refusals import Reason, Refused, refuse_if
from app.core.snapshot import Snapshot
from app.core.vocabulary import PartnerType
from app.db import db
from app.models import NEWEST, Invitation, Machine, News, NewsCounter, Record
from app.queries.status import statuses

LONGEST = 20  # digits of a number such as the sequencer gives, and some more
EVENT = (News.uid, News.type, News.at, News.seq, News.partner_id, News.customer_id, News.machine_id, News.facts)


def page(act: Act, after: str | None, size: int, rules: Rulebook) -> dict[str, Any]:
    """So many events after a cursor, oldest first. A reseller has no feed: numbers are without gaps per confirming
    partner, and of that partner's customers a reseller sees some."""
    partner, cursor = owner(act), number(after)
    last = newest(partner)
    if cursor > last:
        raise Refused(Reason.UNKNOWN_CURSOR, data=[str(_oldest(partner))])
    rows = after_number(partner, cursor, size)
    reached = rows[-1].seq if rows else cursor
    return {"items": events(rows, rules, act.at), "cursor": str(reached), "more": reached < last}


def owner(act: Act) -> UUID:
    if act.partner_id is None or act.partner_type is PartnerType.RESELLER:
        raise Refused(Reason.WRONG_PARTNER_TYPE)
    return act.partner_id


def number(after: str | None) -> int:
    """A cursor read back; without one, the start."""
    refuse_if(not re.fullmatch(rf"[0-9]{{0,{LONGEST}}}", after or ""), Reason.INVALID_VALUE, field="after")
    return int(after or 0)


def newest(partner: UUID) -> int:
    """The last number given out."""
    return db.session.scalar(select(NewsCounter.seq).where(NewsCounter.partner_id == partner)) or 0


def _oldest(partner: UUID) -> int:
    """The cursor from which everything that is kept can be followed."""
    numbered = (News.partner_id == partner, News.seq.is_not(None))
    first = db.session.scalar(select(News.seq).where(*numbered).order_by(News.seq).limit(1))
    return (first or 1) - 1


def after_number(partner: UUID, cursor: int, size: int) -> Sequence[Any]:
    """So many rows after a number, for `events`."""
    query = select(*EVENT, Record.number, Record.hash).outerjoin(Record, Record.id == News.record_id)
    own = query.where(News.partner_id == partner, News.seq > cursor).order_by(News.seq).limit(size)
    return db.session.execute(own).all()


def events(rows: Sequence[Any], rules: Rulebook, now: datetime) -> list[dict[str, Any]]:
    """Rows of news as programs read them."""
    about = [row for row in rows if row.machine_id]
    standing = _standing({row.machine_id for row in about if row.facts is None})
    shots = []
    for row in about:
        whose = {"id": row.machine_id, "partner_id": row.partner_id, "customer_id": row.customer_id}
        shot = Snapshot.read(row.facts, whose) if row.facts else standing[row.machine_id]
        # An agreement could be prepared for before it was on offer: its terms are then those of today.
        known = row.facts and rules.catalogue.offered(shot.agreement_type, row.at)
        shots.append((shot, row.at if known else now))
    left = iter(statuses(shots, rules))
    return [event(row, next(left) if row.machine_id else row.facts or {}) for row in rows]


def _standing(machines: set[UUID]) -> dict[UUID, Snapshot]:
    """Agreements as they are now, for news of an older Assent, which say nothing of them."""
    if not machines:
        return {}
    asked = db.session.scalars(select(Invitation).where(Invitation.machine_id.in_(machines), NEWEST))
    latest = {row.machine_id: row for row in asked}
    found = db.session.scalars(select(Machine).where(Machine.id.in_(machines)))
    return {machine.id: Snapshot.of(machine, latest.get(machine.id)) for machine in found}


def event(row: Any, data: dict[str, Any]) -> dict[str, Any]:
    event = {"id": f"evt_{row.uid.hex}", "type": row.type, "at": stamp(row.at), "seq": row.seq}
    customer = str(row.customer_id) if row.customer_id else None
    event |= {"partnerId": str(row.partner_id), "customerId": customer, "data": data}
    return event | ({"record": {"number": row.number, "hash": row.hash}} if row.hash else {})
