"""What news keep of their agreement, filled in once all of the transaction is written."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.lifecycle import State
from app.core.snapshot import AGREEMENT, INVITATION, WHOSE, Snapshot
from app.core.vocabulary import NewsType
from app.db import before_commit, db
from app.models import NEWEST, Invitation, Machine, News

COLUMNS = [getattr(Machine, name) for name in (*WHOSE, *AGREEMENT)]
ASKED = [Invitation.machine_id, *(getattr(Invitation, name) for name in INVITATION)]


@dataclass(frozen=True)
class _Told:
    """News and where its event left the agreement; what else follows from the event is written after it."""

    news: News
    machine: Machine
    invitation: Invitation | None
    state: State
    since: datetime
    number: int


def depict(news: News, machine: Machine, invitation: Invitation | None = None) -> None:
    """Have the news say where the agreement stands now, and what else is so of it at the transaction's end."""
    stands = (machine.state, machine.since, machine.number)
    before_commit(_fill_in, _Told(news, machine, invitation, *stands))


def _fill_in(left: Iterable[_Told]) -> None:
    # News of a savepoint that was rolled back are gone from the session.
    told = [one for one in left if one.news in db.session]
    asked: dict[UUID, Any] = {one.machine.id: one.invitation for one in told if one.invitation}
    fresh = {one.machine.id for one in told if one.news.type is NewsType.CREATED}
    asked |= _newest({one.machine.id for one in told} - asked.keys() - fresh)
    for one in told:
        shown = Snapshot.of(one.machine, asked.get(one.machine.id))
        one.news.facts = replace(shown, state=one.state, since=one.since, number=one.number).facts()


def of(machines: Collection[UUID]) -> dict[UUID, Snapshot]:
    """Of agreements as they stand; of those that somebody else is just changing, as they stand afterwards."""
    held = select(*COLUMNS).where(Machine.id.in_(machines)).order_by(Machine.id).with_for_update(read=True)
    rows = db.session.execute(held).all()
    asked = _newest(machines)
    return {row.id: Snapshot.of(row, asked.get(row.id)) for row in rows}


def _newest(machines: Collection[UUID]) -> dict[UUID, Any]:
    if not machines:
        return {}
    found = db.session.execute(select(*ASKED).where(Invitation.machine_id.in_(machines), NEWEST))
    return {row.machine_id: row for row in found}
