"""How many agreements are in which state, and how many passed through one in a month, as news change it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any
from uuid import UUID

from app.core.lifecycle import Event, State
from app.core.vocabulary import AgreementType, NewsType


class Passed(StrEnum):
    """What agreements went through in a month; `within-N`: of the acceptances, so many days after it was asked for."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    ATTESTED = "attested"
    WITHIN_1 = "within-1"
    WITHIN_3 = "within-3"
    WITHIN_7 = "within-7"
    WITHIN_14 = "within-14"
    WITHIN_30 = "within-30"
    LATER = "later"


Key = tuple[UUID, AgreementType, State]
MonthKey = tuple[UUID, AgreementType, str, Passed]
PASSED = {
    NewsType.INVITED: Passed.INVITED,
    NewsType.ACCEPTED: Passed.ACCEPTED,
    NewsType.ATTESTED: Passed.ATTESTED,
}
MOVED = {Event.INVITE.value: Passed.INVITED, Event.ACCEPT.value: Passed.ACCEPTED, Event.ATTEST.value: Passed.ATTESTED}
# Asking begins with an invitation and ends with a word on record; what lapses or is declined is asked for once more.
ASKING = (Event.INVITE, Event.ACCEPT, Event.ATTEST, Event.WITHDRAW)
WAITS = (
    (1, Passed.WITHIN_1),
    (3, Passed.WITHIN_3),
    (7, Passed.WITHIN_7),
    (14, Passed.WITHIN_14),
    (30, Passed.WITHIN_30),
)


def changes(news: Iterable[Any]) -> Counter[Key]:
    """What rows with a partner, an agreement type, `before` and `after` add up to: one came into being, or moved.

    News of an older Assent do not say where the agreement stood; what they told of was counted when it was upgraded.
    """
    found: Counter[Key] = Counter()
    for row in news:
        if row.after is not None and row.after != row.before:
            found[row.partner_id, row.agreement_type, State(row.after)] += 1
            if row.before is not None:
                found[row.partner_id, row.agreement_type, State(row.before)] -= 1
    return found


def months(news: Iterable[Any]) -> Counter[MonthKey]:
    """What rows with a type and a time besides add up to: only what moved, so that no correction counts."""
    found: Counter[MonthKey] = Counter()
    for row in news:
        what = PASSED.get(row.type)
        if what and row.after is not None and row.after != row.before:
            found[row.partner_id, row.agreement_type, month(row.at), what] += 1
    return found


def month(at: datetime) -> str:
    return f"{at:%Y-%m}"


class Asking:
    """One agreement's records in their order: how long each acceptance took, from the first time it was asked for."""

    def __init__(self) -> None:
        self._since: datetime | None = None

    def then(self, event: str, at: datetime) -> Passed | None:
        since = self._since
        if event == Event.INVITE:
            self._since = since or at
            return None
        if event in ASKING:
            self._since = None
        return within(at - since) if event == Event.ACCEPT and since else None


def within(wait: timedelta) -> Passed:
    return next((word for days, word in WAITS if wait < timedelta(days=days)), Passed.LATER)


def waited(news: Iterable[Any], records: Iterable[Any]) -> Counter[MonthKey]:
    """How long the acceptances among the news took, by the records of their agreements, one after the other."""
    accepted = {row.record_id: row for row in news if row.type == NewsType.ACCEPTED and row.after != row.before}
    found: Counter[MonthKey] = Counter()
    for _, chain in groupby(records, key=lambda record: record.machine_id):
        asking = Asking()
        for record in chain:
            # To the millisecond, as records spell it.
            at = record.at.replace(microsecond=record.at.microsecond // 1000 * 1000)
            word, row = asking.then(record.event, at), accepted.get(record.id)
            if word and row:
                found[row.partner_id, row.agreement_type, month(row.at), word] += 1
    return found


def passed(chain: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Passed]]:
    """The same told by the records of one agreement: what it went through, and in which month."""
    asking = Asking()
    for body in chain:
        event, at = str(body["event"]), str(body["at"])
        if event not in ASKING:
            continue
        waited = asking.then(event, datetime.fromisoformat(at))
        if event in MOVED and body["before"] != body["after"]:
            yield at[:7], MOVED[event]
            if waited:
                yield at[:7], waited
