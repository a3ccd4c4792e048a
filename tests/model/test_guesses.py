"""A hundred at once: what is limited stays limited however many try at the same moment."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.commands import credentials, portal, reveals
from app.commands.credentials import Whose
from app.commands.portal import LIMITS
from app.core import codes
from app.core.vocabulary import Counted, Owed
from app.db import db, transaction
from app.models import CustomerUser, Invitation, Machine, Outbox, PortalSession, Reveal
from tests.cast import NOW
from tests.model import world
from tests.model.racing import DONE, PATIENCE, Case, together

HUNDRED = 100
KEY = b"k" * 32
ACT = world.customer(NOW)

ACCOUNT = {"password_hash": "-", "first_password": b"-", "must_change": True, "is_admin": True, "created_at": NOW}

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


def reveals_code_asked_for(case: Case) -> tuple[UUID, UUID]:
    """The one-time link, and what the browser that asked is known by."""
    with transaction() as session:
        user = CustomerUser(customer_id=session.get_one(Machine, case.machine).customer_id, **ACCOUNT)
        user.user_name = f"admin-{case.machine}"
        session.add(user)
        session.flush()
        stands = case.read()
        to = Whose(stands.relationship.contact, "en")
        row = credentials.offer(world.console(NOW), stands.machine, stands.relationship, to)
        assert row
        return row.id, reveals.ask_code(ACT, row)


@pytest.mark.parametrize("table", [PortalSession, Reveal])
def test_of_a_hundred_parallel_guesses_five_are_looked_at(
    app: Flask, crowd: ThreadPoolExecutor, case: Case, table: type[Any]
) -> None:
    """Each of them is right, so that the number of those who got in is the number of guesses that were looked at."""
    visit = code_asked_for(case) if table is PortalSession else None
    id, known = (visit, visit) if visit else reveals_code_asked_for(case)
    right = codes.code(KEY, known, 1)
    looked_at: list[bool] = []

    def guess(barrier: Barrier) -> None:
        barrier.wait(PATIENCE)
        with transaction() as session:
            looked_at.append(portal.try_code(ACT, session.get_one(table, id), KEY, right))

    assert together(app, crowd, [guess] * HUNDRED) == (DONE,) * HUNDRED
    assert looked_at.count(True) == codes.TRIES
    assert len(looked_at) == HUNDRED
    db.session.expire_all()
    assert db.session.get_one(table, id).code_tries == codes.TRIES


def test_of_many_who_ask_for_a_password_at_different_moments_one_is_shown_it(
    app: Flask, crowd: ThreadPoolExecutor, case: Case
) -> None:
    """Each a minute after the one before it, as a browser that sends its form again and again."""
    id, known = reveals_code_asked_for(case)
    with transaction() as session:
        assert reveals.try_code(ACT, session.get_one(Reveal, id), known, KEY, codes.code(KEY, known, 1))

    def show(minute: int, barrier: Barrier) -> None:
        barrier.wait(PATIENCE)
        with transaction() as session:
            at = NOW + timedelta(minutes=minute)
            reveals.reveal(world.customer(at), session.get_one(Reveal, id), known)

    told = together(app, crowd, [partial(show, minute) for minute in range(20)])
    assert sorted(told) == [DONE] + ["invitation-revoked"] * 19


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
