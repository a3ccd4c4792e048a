"""How fast mail goes out: one worker, queued to settled, beside a bare client, django-post-office and smtp-source."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.mail.smtp import CONNECTIONS
from tests.bench.beside import ratio
from tests.bench.mailing import MAILS, bare, postfix_sink, worked
from tests.bench.others import THREADS, post_office, smtp_source

BAR, PEER_BAR = 0.4, 2.0  # what we want to reach: of the bare client, of django-post-office
HELD, PEER_HELD = 0.12, 0.7  # what we hold now, with room for a noisy machine

pytestmark = pytest.mark.bench


@pytest.fixture(scope="module")
def sink() -> Iterator[int]:
    with postfix_sink() as port:
        yield port


@pytest.mark.parametrize("engine", ["SQLite", "PostgreSQL"])
def test_a_worker_keeps_up_with_a_bare_client_and_outruns_django_post_office(
    sink: int, engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    before = post_office(tmp_path / "before", sink)
    ours, reference, found = ratio(request, tmp_path, sink, bare, worked)
    after = post_office(tmp_path / "after", sink)
    limit = smtp_source(sink)
    peer = {rendered: (rate + after[rendered]) / 2 for rendered, rate in before.items()}
    outrun = ours / max(peer.values())  # the faster of its two ways, though ours renders on delivery
    told = ", ".join(f"{rate:,.0f} mails/s rendered {rendered}" for rendered, rate in peer.items())
    print(
        f"\n{engine}: one worker {ours:,.0f} mails/s, {MAILS:,} of them queued to settled"
        f"\n  bare client {reference:,.0f} mails/s over {CONNECTIONS} connections; ratio {found:.2f} (bar {BAR})"
        f"\n  django-post-office, {THREADS} threads, SQLite: {told}; ratio {outrun:.2f} (bar {PEER_BAR})"
        f"\n  smtp-source {limit:,.0f} mails/s (the most that can be sent); ratio {ours / limit:.2f}"
    )
    assert found >= HELD
    assert outrun >= PEER_HELD
