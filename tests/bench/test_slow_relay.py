"""How well a relay that takes its time over each mail is kept busy: by one worker, and by two."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.mail.smtp import CONNECTIONS
from tests.bench.beside import database
from tests.bench.mailing import bare, drained, slow_sink

SECONDS = 0.05
MOST = CONNECTIONS / SECONDS  # mails a second if no connection ever waited for us
BAR, PAIR_BAR = 0.9, 1.8  # what we want to reach: of the most, and two workers of one
HELD, PAIR_HELD = 0.6, 1.4  # what we hold now, with room for a noisy machine

pytestmark = pytest.mark.bench


@pytest.fixture(scope="module")
def sink() -> Iterator[int]:
    with slow_sink(SECONDS) as port:
        yield port


@pytest.mark.parametrize("engine", ["SQLite", "PostgreSQL"])
def test_a_worker_keeps_a_slow_relay_busy_and_two_nearly_twice_as_busy(
    sink: int, engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    alone, together = tmp_path / "alone", tmp_path / "together"
    alone.mkdir()
    together.mkdir()
    one = drained(1, alone, sink, database(request))
    two = drained(2, together, sink, database(request))
    reference = bare(sink)
    print(
        f"\n{engine}, {SECONDS * 1000:.0f} ms a mail: one worker {one:,.0f} mails/s of {MOST:,.0f} over "
        f"{CONNECTIONS} connections; ratio {one / MOST:.2f} (bar {BAR})"
        f"\n  a bare client over as many {reference / MOST:.2f}"
        f"\n  two workers {two:,.0f} mails/s; ratio {two / one:.2f} (bar {PAIR_BAR})"
    )
    assert one / MOST >= HELD
    assert two / one >= PAIR_HELD
