"""Races: several threads, each with a session of its own, let go at the same moment by a barrier."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Barrier
from uuid import UUID

from flask import Flask

from app.core.refusals import Refused
from app.db import db, transaction
from app.models import Invitation, Machine, Relationship

PATIENCE = 60.0
DONE = "done"


@dataclass(frozen=True)
class Stands:
    """What a command is given: the rows as this racer read them."""

    machine: Machine
    relationship: Relationship
    invitation: Invitation | None

    @property
    def asked(self) -> Invitation:
        assert self.invitation
        return self.invitation


Deed = Callable[[Stands], object]


@dataclass(frozen=True)
class Case:
    """One agreement to race for."""

    machine: UUID
    relationship: UUID
    invitation: UUID | None

    def read(self) -> Stands:
        return Stands(
            db.session.get_one(Machine, self.machine),
            db.session.get_one(Relationship, self.relationship),
            db.session.get_one(Invitation, self.invitation) if self.invitation else None,
        )


def afresh(case: Case, deed: Deed, barrier: Barrier) -> None:
    """As every request does it: what the command is given is read in its own transaction."""
    barrier.wait(PATIENCE)
    with transaction():
        deed(case.read())


def from_one_read(case: Case, deed: Deed, barrier: Barrier) -> None:
    """All have read before the first one writes, so that all but one act on what is no longer true."""
    stands = case.read()
    # Ends the reading transaction; the values stay in hand, as they would for a slow racer.
    db.session.commit()
    barrier.wait(PATIENCE)
    with transaction():
        deed(stands)


Way = Callable[[Case, Deed, Barrier], None]


def answer(work: Callable[[], object]) -> str:
    """`done`, or the word of the refusal; anything else that goes wrong fails the test."""
    try:
        work()
    except Refused as refused:
        return refused.reason.value
    return DONE


def race(app: Flask, runners: ThreadPoolExecutor, case: Case, way: Way, deeds: Sequence[Deed]) -> tuple[str, ...]:
    """What each racer was told."""
    return together(app, runners, [partial(way, case, deed) for deed in deeds])


def together(app: Flask, runners: ThreadPoolExecutor, works: Sequence[Callable[[Barrier], object]]) -> tuple[str, ...]:
    barrier = Barrier(len(works))

    def run(work: Callable[[Barrier], object]) -> str:
        with app.app_context():
            return answer(lambda: work(barrier))

    return tuple(future.result(PATIENCE) for future in [runners.submit(run, work) for work in works])
