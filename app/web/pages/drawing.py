"""Figures as shapes: where the bars of a chart stand, for templates to draw as inline SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 480, 210, 44, 12, 28


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    look: str


@dataclass(frozen=True)
class Line:
    """A line of the scale, or a place on the axis, with what is written there."""

    at: float
    text: str


@dataclass(frozen=True)
class Chart:
    width: int
    height: int
    base: float
    bars: Sequence[Bar]
    scale: Sequence[Line]
    labels: Sequence[Line]


def columns(groups: Sequence[tuple[str, Sequence[Sequence[tuple[str, int]]]]]) -> Chart:
    """Groups of columns side by side; a column is a stack of parts, each with its look and number."""
    tallest = max((sum(n for _, n in stack) for _, stacks in groups for stack in stacks), default=0)
    top = rounded(tallest)
    base, span = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    room = (WIDTH - LEFT) / max(1, len(groups))
    bars: list[Bar] = []
    for place, (_, stacks) in enumerate(groups):
        wide = room * 0.76 / max(1, len(stacks))
        for number, stack in enumerate(stacks):
            y = float(base)
            for look, many in stack:
                high = span * many / top
                y -= high
                if many:
                    x = LEFT + room * (place + 0.12) + wide * number
                    bars.append(Bar(round(x, 1), round(y, 1), round(wide - 1, 1), round(max(high, 1), 1), look))
    labels = [Line(round(LEFT + room * (place + 0.5), 1), label) for place, (label, _) in enumerate(groups)]
    scale = [Line(round(base - span * part / 2, 1), f"{top * part // 2:,}") for part in (0, 1, 2)]
    return Chart(WIDTH, HEIGHT, base, bars, scale, labels)


def rounded(number: int) -> int:
    """The next even number that is easy to read."""
    power = 1
    while number > 10 * power:
        power *= 10
    return next(step * power for step in (2, 4, 6, 8, 10) if number <= step * power)


@dataclass(frozen=True)
class Strip:
    """One row of a timeline."""

    number: int
    x: float
    y: float
    width: float
    look: str


@dataclass(frozen=True)
class Timeline:
    width: int
    height: int
    strips: Sequence[Strip]
    years: Sequence[Line]
    now: float


ROW, HEAD, MARGIN = 16, 26, 30
YEARS = 6  # as many as a phone has room for


def timeline(spans: Sequence[tuple[date, date | None, str]], today: date) -> Timeline:
    """From the first day of all to a year after the last; what has no end runs off the right edge."""
    days = [today, *(since for since, _, _ in spans), *(until for _, until, _ in spans if until)]
    first, last = date(min(days).year, 1, 1), date(max(days).year + 2, 1, 1)
    scale = (WIDTH - MARGIN) / (last - first).days

    def at(day: date) -> float:
        return round(MARGIN + (day - first).days * scale, 1)

    strips = [
        Strip(number, at(since), HEAD + ROW * (number - 1), round(at(until or last) - at(since), 1), look)
        for number, (since, until, look) in enumerate(spans, start=1)
    ]
    step = -(-(last.year - first.year) // YEARS)
    years = [Line(at(date(year, 1, 1)), str(year)) for year in range(first.year, last.year, step)]
    return Timeline(WIDTH, HEAD + ROW * len(spans) + 8, strips, years, at(today))
