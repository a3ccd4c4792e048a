"""A hundred at once: what is limited stays limited however many try at the same moment."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.commands import portal
from app.commands.portal import LIMITS
from app.core import codes
from app.core.vocabulary import Counted, Owed
from app.db import db, transaction
from app.models import Invitation, Outbox, PortalSession
from tests.cast import NOW
from tests.model import world
from tests.model.racing import DONE, PATIENCE, Case, together

HUNDRED = 100
KEY = b"k" * 32
ACT = world.customer(NOW)

CODES, SIGN_INS = LIMITS[Counted.CODE][0], LIMITS[Counted.ACCOUNT][0]


@pytest.fixture(scope="module")
def crowd() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(HUNDRED) as pool:
        yield pool


@pytest.fixture
def case(app: Flask) -> Case:
    world.hurry(db.engine)
    return world.cases(1, NOW)[0]


def code_asked_for(case: Case) -> UUID:
    with transaction() as session:
        invitation = session.get_one(Invitation, case.invitation)
        visit = portal.enter(ACT, invitation)
        portal.ask_code(ACT, visit, invitation)
        return visit.id


def test_of_a_hundred_parallel_guesses_five_are_looked_at(app: Flask, crowd: ThreadPoolExecutor, case: Case) -> None:
    """Each of them is right, so that the number of those who got in is the number of guesses that were looked at."""
    visit = code_asked_for(case)
    right = codes.code(KEY, visit, 1)
    looked_at: list[bool] = []

    def guess(barrier: Barrier) -> None:
        barrier.wait(PATIENCE)
        with transaction() as session:
            looked_at.append(portal.try_code(ACT, session.get_one(PortalSession, visit), KEY, right))

    assert together(app, crowd, [guess] * HUNDRED) == (DONE,) * HUNDRED
    assert looked_at.count(True) == codes.TRIES
    assert len(looked_at) == HUNDRED
    db.session.expire_all()
    assert db.session.get_one(PortalSession, visit).code_tries == codes.TRIES


def test_a_hundred_browsers_asking_at_once_get_five_codes_an_hour(
    app: Flask, crowd: ThreadPoolExecutor, case: Case
) -> None:
    def ask(barrier: Barrier) -> None:
        barrier.wait(PATIENCE)
        code_asked_for(case)

    told = together(app, crowd, [ask] * HUNDRED)
    assert sorted(told) == sorted([DONE] * CODES + ["rate-limited"] * (HUNDRED - CODES))
    owed = select(func.count()).where(
        Outbox.kind == Owed.SIGN_IN_CODE, Outbox.payload["invitation"].as_string() == str(case.invitation)
    )
    assert db.session.scalar(owed) == CODES


def test_of_a_hundred_parallel_sign_ins_to_one_account_ten_are_let_through(
    app: Flask, crowd: ThreadPoolExecutor, case: Case
) -> None:
    name = f"admin-{case.machine}"

    def sign_in(barrier: Barrier) -> None:
        barrier.wait(PATIENCE)
        with transaction():
            portal.count_sign_in(ACT, name)

    told = together(app, crowd, [sign_in] * HUNDRED)
    assert told.count(DONE) == SIGN_INS
    assert told.count("rate-limited") == HUNDRED - SIGN_INS
