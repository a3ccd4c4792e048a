"""Portfolios of several batches: made up by a second process, and whole up to the last batch however they end."""

import json
import os
import signal
import sqlite3
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, text

from app import seeding, sequencer
from app.auth import acts
from app.db import db
from app.models import News, NewsCounter, Relationship
from app.queries import soundness
from app.seeding import Sown
from app.seeding.portfolios import Plan, Portfolio
from tests.cast import Cast, introduce
from tests.servers import Assent, wait_for
from tests.verifier import first_fault

UNTOLD = """SELECT count(*) FROM machine LEFT JOIN record
    ON record.machine_id = machine.id AND record.number = machine.number AND record.hash = machine.head
    WHERE record.id IS NULL"""


def plan(cast: Cast, machines: int) -> Plan:
    partner = cast.fabrikam.id
    return seeding.plan(acts.console(partner), partner, Portfolio.MIXED, machines, cast.rules, "assent.example")


def test_batches_follow_one_another_without_a_seam(cast: Cast) -> None:
    """Also where somebody else's news comes between them, and is numbered."""
    told: list[Sown] = []

    def come_between(sown: Sown) -> None:
        told.append(sown)
        cast.customer()
        assert sequencer.stamp() == 1

    other = introduce()
    seeding.seed(replace(plan(cast, 25), together=10), come_between)
    seeding.seed(plan(other, 25), lambda _: None)
    assert [sown.machines for sown in told] == [10, 20, 25]
    mine = cast.fabrikam.id
    numbers = list(db.session.scalars(select(News.seq).where(News.partner_id == mine).order_by(News.id)))
    assert numbers == list(range(1, told[-1].records + 4))
    assert db.session.scalar(select(NewsCounter.seq).where(NewsCounter.partner_id == mine)) == numbers[-1]
    assert names(mine) == names(other.fabrikam.id)
    assert soundness.report()["faults"] == []


def names(partner: UUID) -> list[str]:
    """The made-up customers of a partner, oldest first."""
    held = (Relationship.partner_id == partner, Relationship.company != "Contoso")
    found = list(db.session.scalars(select(Relationship.company).where(*held).order_by(Relationship.id)))
    assert len(found) == 25
    return found


def test_connections_are_as_strict_afterwards_as_before(cast: Cast) -> None:
    if db.engine.dialect.name != "sqlite":
        assert seeding.seed(plan(cast, 1), lambda _: None).machines == 1
        return
    words = "cache_size wal_autocheckpoint synchronous ignore_check_constraints foreign_keys".split()

    def strictness() -> list[object]:
        with db.engine.connect() as connection:
            return [connection.execute(text(f"PRAGMA {word}")).scalar() for word in words]

    before = strictness()
    within: list[list[object]] = []
    seeding.seed(plan(cast, 1), lambda _: within.append(strictness()))
    assert strictness() == before
    assert [other for other, one in zip(within[0], before, strict=True) if other == one] == []


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_portfolio_that_was_killed_halfway_is_whole_as_far_as_it_got(assent: Assent) -> None:
    process = assent.start("seed", "--machines", "1000000")
    log = assent.instance.parent / f"{assent.instance.name}-seed.log"
    wait_for(lambda: " of 1000000 agreements, " in log.read_text(), "a word on how far it has got")
    helpers = children(process.pid)
    assert helpers
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    wait_for(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in helpers), "the end of its processes")
    with sqlite3.connect(assent.instance / "assent.db") as found:
        [(machines,)] = found.execute("SELECT count(*) FROM machine")
        assert machines % 20_000 == 0
        assert 0 < machines < 1_000_000
        assert found.execute(UNTOLD).fetchone() == (0,)
        numbers = found.execute("SELECT count(*), count(seq), min(seq), max(seq), count(DISTINCT seq) FROM news")
        [(news, stamped, first, last, different)] = numbers
        assert (stamped, first, last, different) == (news, 1, news, news)
        assert found.execute("SELECT seq FROM news_counter").fetchall() == [(news,)]
        assert found.execute("SELECT count(*) FROM record").fetchone() == (news,)
        newest = found.execute("SELECT body, hash FROM record ORDER BY machine_id DESC, number LIMIT 30").fetchall()
    found.close()
    chains: dict[str, list[dict[str, object]]] = {}
    for body, digest in newest:
        record = json.loads(body)
        chains.setdefault(record["machine"], []).append(record | {"hash": digest})
    assert [first_fault(chain) for chain in chains.values()] == [None] * len(chains)
