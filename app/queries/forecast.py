"""What the next dated change of the rules does to a portfolio: when it is, who could not order then, and why."""

from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from app.core.gate import Verdict
from app.core.lifecycle import Event
from app.core.permissions import Action
from app.core.policy import ORDERING, Cell, Rulebook, dates, day_of
from app.core.refusals import Reason
from app.core.vocabulary import AgreementType, Owner
from app.db import steady
from app.models import Partner
from app.queries.whatif import Answer, Portfolio

LISTED = 200


@dataclass(frozen=True)
class Why:
    """One reason with the step that helps, as far as there is one."""

    verdict: Verdict
    reason: Reason | None
    missing: AgreementType | None
    action: Action | Event | None
    owner: Owner | None

    @classmethod
    def of(cls, answer: Answer) -> "Why":
        decision, step = answer.decision, answer.step
        action, owner = (step.action, step.owner) if step else (None, None)
        return cls(decision.verdict, decision.reason, decision.missing, action, owner)


@dataclass(frozen=True)
class Row:
    customer_id: str
    company: str
    why: Why


@dataclass(frozen=True)
class Outlook:
    """How many may order, how many may not, and those of them that fit on a page."""

    numbers: Counter[Why]
    listed: list[Row]

    def of(self, verdict: Verdict) -> int:
        return sum(number for why, number in self.numbers.items() if why.verdict is verdict)

    @property
    def blocked(self) -> int:
        return self.numbers.total() - self.of(Verdict.ALLOW)

    @property
    def reasons(self) -> list[tuple[Why, int]]:
        return [(why, number) for why, number in self.numbers.most_common() if why.verdict is not Verdict.ALLOW]


def next_turn(rules: Rulebook, now: datetime) -> date | None:
    """The next day on which what orders need changes, or older acceptances of a version count no more."""
    days = dates(rule for rule in rules.policy.rules if rule.topic in ORDERING)
    for kind in AgreementType:
        days |= {version.grace for version in rules.catalogue.versions(kind) if version.material}
    return min((day for day in days if day > day_of(now)), default=None)


def outlook(partner: Partner, cell: Cell, at: datetime, rules: Rulebook, most: int = LISTED) -> Outlook:
    """Everybody is counted; of those who could not order the first so many are named."""
    with steady():
        portfolio = Portfolio(partner, cell, at, rules)
        numbers: Counter[Why] = Counter()
        for number, answer in portfolio.groups():
            numbers[Why.of(answer)] += number
        wanted = min(most, sum(number for why, number in numbers.items() if why.verdict is not Verdict.ALLOW))
        with closing(_blocked(portfolio)) as rows:
            return Outlook(numbers, list(islice(rows, wanted)))


def everybody(partner: Partner, cell: Cell, at: datetime, rules: Rulebook) -> Iterator[Row]:
    """All who could not order, however many."""
    with steady():
        portfolio = Portfolio(partner, cell, at, rules)
        for _ in portfolio.groups():
            pass
        yield from _blocked(portfolio)


def _blocked(portfolio: Portfolio) -> Generator[Row, None, None]:
    known: dict[int, Any] = {}
    with closing(portfolio.customers()) as rows:
        for customer, company, answer in rows:
            if answer.decision.verdict is not Verdict.ALLOW:
                yield Row(customer, company, known.setdefault(id(answer), Why.of(answer)))
