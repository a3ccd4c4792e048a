"""What the gate costs: for one customer as the portfolio grows, and for the whole portfolio at once."""

import json
import time
from pathlib import Path
from statistics import median
from uuid import UUID

import pytest

from app import create_app
from app.auth import acts
from app.config import load
from app.core.policy import Cell
from app.core.vocabulary import Operation
from app.db import db
from app.installation import installation
from app.models import Relationship
from app.queries import decisions, rulebooks, subjects
from tests.servers import Assent

SMALL, LARGE = 10_000, 1_000_000
GROWTH = 1.5
WHOLE = 20.0  # seconds for a million machines, on two cores
ASKED = 2_000

pytestmark = pytest.mark.bench


def seeded(folder: Path, machines: int, *options: str) -> tuple[Assent, UUID]:
    assent = Assent(folder)
    done = assent.run("seed", "--machines", str(machines), "--json", *options, timeout=600)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    print(f"\n{machines:>9,} machines seeded in {answer['seconds']:.0f} s")
    return assent, UUID(answer["partnerId"])


def cost(assent: Assent, partner: UUID) -> float:
    """Median microseconds of one decision, the customers asked about spread over the whole portfolio; read once before,
    so that what is compared is the work and not which of the two files lay on the disk."""
    app = create_app(load({"ASSENT_INSTANCE": str(assent.instance)}))
    with app.app_context():
        query = db.select(Relationship.customer_id).where(Relationship.partner_id == partner)
        every = list(db.session.scalars(query))
        asked = every[:: max(1, len(every) // ASKED)]
        act, times = acts.console(partner), []
        for customer in [*asked, *asked]:
            db.session.remove()
            start = time.perf_counter()
            known = subjects.of(act, customer, act.at)
            rules = rulebooks.of(installation().rules, partner)
            decisions.answer(known, Cell(Operation.NEW_PURCHASE), act.at, rules)
            times.append(time.perf_counter() - start)
        db.session.remove()
        db.engine.dispose()
    return median(times[len(asked) :]) * 1e6


def test_the_gate_for_one_customer_does_not_care_how_many_there_are(tmp_path: Path) -> None:
    small = cost(*seeded(tmp_path / "small", SMALL))
    large = cost(*seeded(tmp_path / "large", LARGE))
    print(f"gate: {small:.0f} µs at {SMALL:,}, {large:.0f} µs at {LARGE:,}: {large / small:.2f} x (bar {GROWTH} x)")
    assert large / small <= GROWTH


def test_what_if_answers_for_a_million_machines(tmp_path: Path) -> None:
    """Everybody had accepted only the Cloud Agreement: on the day it stops counting all are held up."""
    assent, partner = seeded(tmp_path / "cloud", LARGE, "--portfolio", "cloud-agreement")
    start = time.perf_counter()
    done = assent.run("what-if", "--partner", str(partner), "--as-of", "2020-02-01", "--json", timeout=300)
    seconds = time.perf_counter() - start
    answer = json.loads(done.stdout)
    print(f"what-if: {answer['customers']:,} customers ({LARGE:,} machines) in {seconds:.1f} s (bar {WHOLE} s)")
    assert (answer["allow"], answer["deny"]) == (0, answer["customers"])
    assert {item["agreementType"] for item in answer["items"]} == {"MicrosoftCustomerAgreement"}
    assert {item["next"] for item in answer["items"]} == {"attest"}
    assert len({item["customerId"] for item in answer["items"]}) == answer["customers"]
    assert seconds <= WHOLE
