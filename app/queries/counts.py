"""How many agreements are in each state: kept by the sequencer for a confirming partner, counted for a reseller."""

from collections import Counter
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.core import tally
from app.core.act import Act
from app.core.lifecycle import State
from app.core.vocabulary import AgreementType, PartnerType
from app.db import db
from app.models import Machine, News, StateCount
from app.queries.scope import visible_to

KEPT = select(StateCount.partner_id, StateCount.agreement_type, StateCount.state, StateCount.number)
GROUP = (Machine.partner_id, Machine.agreement_type, Machine.state)
UNSTAMPED = (
    select(News.partner_id, News.before, News.after, Machine.agreement_type)
    .join(Machine, Machine.id == News.machine_id)
    .where(News.seq.is_(None))
)


def of(act: Act, kind: AgreementType) -> dict[str, Any]:
    """All five states and their total; what was written a moment ago counts as soon as it has its number."""
    found = Counter({row.state: int(row.number) for row in db.session.execute(_query(act, kind))})
    numbers = {state.value: found[state] for state in State}
    return numbers | {"total": sum(numbers.values())}


def _query(act: Act, kind: AgreementType) -> Select[State, int]:
    if act.partner_id is None or act.partner_type is PartnerType.RESELLER:
        seen = (Machine.agreement_type == kind, visible_to(act))
        return select(Machine.state, func.count().label("number")).where(*seen).group_by(Machine.state)
    return select(StateCount.state, StateCount.number).where(
        StateCount.partner_id == act.partner_id, StateCount.agreement_type == kind
    )


def faults(session: Session) -> list[str]:
    """Where the kept counts, with what has no number yet, are not what the agreements themselves come to."""
    kept = Counter(_found(session, KEPT))
    kept.update(tally.changes(session.execute(UNSTAMPED)))
    there = Counter(_found(session, select(*GROUP, func.count()).group_by(*GROUP)))
    return [
        f"counts: partner {key[0]} has {there[key]} agreements {key[1]} in {key[2]}, but {kept[key]} are counted"
        for key in sorted(kept.keys() | there.keys())
        if kept[key] != there[key]
    ]


def _found(session: Session, query: Select[UUID, AgreementType, State, int]) -> dict[tally.Key, int]:
    return {(partner, kind, state): number for partner, kind, state, number in session.execute(query)}
