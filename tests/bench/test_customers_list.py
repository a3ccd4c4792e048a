"""What a page of the list of customers costs as the portfolio grows, whatever is asked for."""

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import insert, select

from app import create_app
from app.auth import acts
from app.config import load
from app.core.carrying import Delivery
from app.core.lifecycle import State
from app.core.vocabulary import InvitationKind, InvitationStatus
from app.db import db, new_id, transaction
from app.models import RELATED, Invitation, Machine, Relationship, Staff, Suppression
from tests.bench.beside import database
from tests.servers import Assent
from tests.web.dashboard.member import Member

SMALL, LARGE = 10_000, 1_000_000
GROWTH = 1.5
TRIES = 21
SOON = timedelta(days=14)
RARE = 60  # of each: more than a page holds
ASKED = {
    "all": "/customers",
    "state": "/customers?state=partner-attested",
    "letters": "/customers?q=a",
    "letters and state": "/customers?q=a&state=blocked-needs-attestation",
    "country": "/customers?country=SE",
    "expiring": "/customers?expiring=30",
    "bounced": "/customers?health=bounced",
    "suppressed": "/customers?health=suppressed",
    "stale": "/customers?stale=yes",
}

pytestmark = pytest.mark.bench


def seeded(folder: Path, machines: int, settings: dict[str, str]) -> tuple[Flask, UUID]:
    assent = Assent(folder, **settings)
    if settings:
        assert assent.run("db", "upgrade").returncode == 0
    done = assent.run("seed", "--machines", str(machines), "--json", timeout=1500)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    print(f"\n{machines:>9,} machines seeded in {found['seconds']:.0f} s")
    app = create_app(load({name: value for name, value in assent.environ.items() if name.startswith("ASSENT_")}))
    return app, UUID(found["partnerId"])


def invite(partner: UUID) -> None:
    """A few customers whose mail came back, a few whose invitation ends soon, a few not to be written to."""
    held = select(Machine.id, Relationship.mailbox).join(Relationship, RELATED)
    fresh = held.where(Machine.partner_id == partner, Machine.state == State.UNCONFIRMED).order_by(Machine.id)
    at = acts.now()
    with transaction() as session:
        rows = session.execute(fresh.limit(3 * RARE)).all()
        asked = [_invitation(partner, row, number, at) for number, row in enumerate(rows[: 2 * RARE])]
        session.execute(insert(Invitation), asked)
        whose = {"partner_id": partner, "reason": "left", "created_by": "Sam Seed", "created_at": at}
        session.execute(insert(Suppression), [whose | {"id": new_id(), "mailbox": row.mailbox} for row in rows[-RARE:]])


def _invitation(partner: UUID, row: Any, number: int, at: datetime) -> dict[str, Any]:
    whose = {"id": new_id(), "partner_id": partner, "machine_id": row.id, "kind": InvitationKind.AGREEMENT}
    person = {"first_name": "Maria", "last_name": "Ek", "email": row.mailbox, "language": "en"}
    delivery = Delivery.BOUNCED if number < RARE else Delivery.SENT
    stands = {"generation": 1, "status": InvitationStatus.OPEN, "delivery": delivery, "dap": False}
    return whose | person | stands | {"created_at": at, "expires_at": at + SOON}


@dataclass(frozen=True)
class Side:
    """One portfolio, and somebody at its dashboard."""

    app: Flask
    member: Member

    def page(self, address: str) -> tuple[float, int]:
        """Seconds until the page is there, and how many customers stand on it."""
        with self.app.app_context():
            start = time.perf_counter()
            page = self.member.open(address).text
            return time.perf_counter() - start, page.count('name="customer"')


def side(app: Flask, partner: UUID) -> Side:
    with app.app_context():
        invite(partner)
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("ANALYZE")  # as autovacuum does it within a minute of so many rows
        return Side(app, Member(app, db.session.scalars(select(Staff).where(Staff.partner_id == partner)).one()))


def beside(small: Side, large: Side, address: str) -> tuple[float, float, int]:
    """Median milliseconds of both, asked in turns: what else the machine does befalls them alike; and how many
    customers the large one's page has."""
    pairs = [(small.page(address), large.page(address)) for _ in range(TRIES + 1)][1:]
    times = [median(pair[which][0] for pair in pairs) * 1e3 for which in (0, 1)]
    return times[0], times[1], pairs[0][1][1]


@pytest.mark.parametrize("engine", ["SQLite", "PostgreSQL"])
def test_a_page_of_customers_does_not_care_how_many_there_are(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    small, large = (side(*seeded(tmp_path / str(size), size, database(request))) for size in (SMALL, LARGE))
    found = {name: beside(small, large, address) for name, address in ASKED.items()}
    print(f"{engine}, ms a page at {SMALL:,} and at {LARGE:,} customers, bar {GROWTH} x:")
    for name, (before, after, many) in found.items():
        print(f"  {name:18} {before:6.1f} {after:6.1f} {after / before:5.2f} x ({many} on it)")
    assert [name for name, (before, after, _) in found.items() if after > GROWTH * before] == []
    assert [name for name, (_, _, many) in found.items() if many < RARE - 10] == ["stale"]
    for one in (small, large):
        with one.app.app_context():
            db.engine.dispose()
