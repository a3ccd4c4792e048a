"""The commands against an independent model: many random lives of customers, compared after every step."""

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from app.db import db
from tests.model import reading
from tests.model.agreement import PAIRS
from tests.model.life import Life
from tests.model.world import settle_in
from tests.sizes import FULL, size

RUNS, STEPS = size(2000), 50 if FULL else 25
# In small batches each life is drawn by itself; in longer ones Hypothesis makes most of them variations of a few.
# The first of each batch is always the same: nothing happens in it.
BATCH = 8
SETTINGS = settings(
    max_examples=BATCH + 1,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
WORDS = frozenset(
    "done wrong-state role-not-allowed wrong-partner-type reseller-cannot-attest not-signed-in not-an-admin "
    "invalid-value invalid-text missing-field date-in-future already-exists already-confirmed nothing-to-reconfirm "
    "not-due not-agreed terms-changed no-prior-purchases direct-acceptance-unavailable direct-route-not-available "
    "no-relationship national-cloud-unsupported contact-is-partner contact-suppressed invitation-used "
    "invitation-revoked invitation-expired".split()
)


@pytest.mark.soak
def test_the_commands_do_what_an_independent_model_says(app: Flask) -> None:
    world = settle_in()

    class LifeHere(Life):
        home = world

    # Away from its full size the first engine is done when everything has been tried; the second gets too few lives.
    whole = FULL or db.engine.dialect.name == "sqlite"
    runs = RUNS if whole else RUNS // 8
    for number in range(runs // BATCH):
        run_state_machine_as_test(seed(number)(LifeHere), settings=SETTINGS)
        if not FULL and world.visited >= PAIRS and world.words == WORDS:
            break
    else:
        assert world.runs >= runs
    assert not whole or world.visited >= PAIRS, f"never tried: {sorted(PAIRS - world.visited)}"
    assert not whole or world.words == WORDS
    # Whatever was written anywhere is what the models together say.
    assert reading.tally() == world.expected
