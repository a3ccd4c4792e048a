"""Do the requirement rows cover every kind of order on every day exactly once? Gaps and overlaps, by name."""

from collections.abc import Iterator
from datetime import date
from itertools import islice, pairwise, product

from app.core.policy import PLAIN, Cell, Policy, Rule, Topic, dates
from app.core.vocabulary import AgreementType, Channel, Environment, Operation

ELSEWHERE = "elsewhere"
MOST_CELLS = 5_000


def faults(policy: Policy) -> list[str]:
    """Each gap and each overlap once, from the first day of the rows on."""
    rows = [rule for rule in policy.rules if rule.topic is Topic.REQUIREMENT]
    days = sorted(dates(rows))
    if not days:
        return ["no requirement rows: nothing says what an order needs"]
    cells = list(islice(_cells(rows), MOST_CELLS + 1))
    if len(cells) > MOST_CELLS:
        return ["requirement rows name too many regions and offers to be checked; write enforcement rows for those"]
    found: dict[str, None] = {}
    for cell in cells:
        about = [rule for rule in rows if rule.covers(cell)]
        for day, until in pairwise([*days, None]):
            held = [rule.id for rule in about if day and rule.holds(day)]
            if len(held) != 1:
                found[_fault(cell, held, day, until)] = None
    return list(found)


def _cells(rows: list[Rule]) -> Iterator[Cell]:
    regions = sorted({region for rule in rows for region in rule.regions})
    named = sorted({offer for rule in rows for offer in rule.offers} - {PLAIN, *AgreementType})
    for operation, channel, environment in product(Operation, Channel, Environment):
        for needs, region in product((None, *AgreementType), [*regions, ELSEWHERE]):
            yield Cell(operation, channel, environment, None, needs, region)
            for offer in named:
                yield Cell(operation, channel, environment, offer, needs, region)


def _fault(cell: Cell, held: list[str], day: date | None, until: date | None) -> str:
    time = f"from {day}" + (f" until {until}" if until else "")
    if held:
        return f"{' and '.join(held)} overlap {time}"
    offer = cell.offer or (f"offers naming {cell.needs}" if cell.needs else "plain offers")
    where = "" if cell.region in (None, ELSEWHERE) else f" in {cell.region}"
    return f"no row says what {offer} need for {cell.operation} by {cell.channel} in {cell.environment}{where} {time}"
