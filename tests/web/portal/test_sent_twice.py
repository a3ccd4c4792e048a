"""A double click: the browser drops the first answer, cookie and all, and sends the form again with the old one."""

import threading
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.auth import acts
from app.db import db, transaction
from app.models import Invitation, PortalSession
from tests.cast import Cast
from tests.conftest import database_url  # noqa: F401  on both engines
from tests.web.conftest import NewVisitor
from tests.web.portal.accounts import FIRST, Account
from tests.web.portal.visitor import PAGE, Visitor, wrong

CODE, PASSWORD = "/portal/code", "/portal/password"
OWN = "seven purple tigers"


@dataclass
class Sent:
    """A form that is about to be sent, and the cookie that goes with it."""

    visitor: Visitor
    action: str
    form: dict[str, str]
    cookie: str
    invitation: Invitation

    def again(self, **changes: str) -> TestResponse:
        self.visitor.client.set_cookie("assent", self.cookie)
        return self.visitor.post(self.action, self.form | changes)

    def sessions(self) -> int:
        db.session.rollback()
        held = (PortalSession.invitation_id == self.invitation.id, PortalSession.replaced_by.is_(None))
        return db.session.scalar(select(func.count()).where(*held)) or 0


@pytest.fixture
def code(visitor: Visitor, cast: Cast) -> Sent:
    invitation = cast.customer().invite()
    visitor.follow(invitation)
    given = visitor.ask_code(invitation)
    form = visitor.forms[CODE].fields | {"code": given}
    return Sent(visitor, CODE, form, visitor.cookie(), invitation)


@pytest.fixture
def password(visitor: Visitor, fresh: Account) -> Sent:
    visitor.follow(fresh.invitation)
    visitor.sign_in(fresh.name, FIRST)
    form = visitor.forms[PASSWORD].fields | {"password": OWN, "repeat": OWN}
    return Sent(visitor, PASSWORD, form, visitor.cookie(), fresh.invitation)


@pytest.fixture(params=["code", "password"])
def sent(request: pytest.FixtureRequest) -> Sent:
    found: Sent = request.getfixturevalue(request.param)
    return found


def test_sent_twice_it_identifies_both_times_with_one_session(sent: Sent) -> None:
    for _ in range(2):
        answer = sent.again()
        assert (answer.status_code, answer.location) == (303, PAGE)
        assert sent.visitor.is_identified()
        assert "/portal/accept" in sent.visitor.forms
    assert sent.sessions() == 1


def test_sent_twice_at_once_it_identifies_both_times_with_one_session(app: Flask, sent: Sent) -> None:
    twins, together, answers = [Visitor(app), Visitor(app)], threading.Barrier(2), list[int]()

    def send(twin: Visitor) -> None:
        twin.address = sent.visitor.address
        twin.client.set_cookie("assent", sent.cookie)
        together.wait()
        answers.append(twin.post(sent.action, sent.form).status_code)

    threads = [threading.Thread(target=send, args=(twin,)) for twin in twins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303, 303]
    assert all(twin.is_identified() for twin in twins)
    assert sent.sessions() == 1


def test_the_old_cookie_opens_no_page(sent: Sent) -> None:
    sent.again()
    sent.visitor.client.set_cookie("assent", sent.cookie)
    assert not sent.visitor.is_identified()
    assert sent.visitor.send(sent.visitor.client.get, "/portal/agreement/document").status_code == 401


def test_after_ten_seconds_the_same_again_is_refused(sent: Sent) -> None:
    with time_machine.travel(acts.now(), tick=False) as clock:
        sent.again()
        clock.shift(timedelta(seconds=10))
        assert sent.again().status_code == 303
        clock.shift(timedelta(seconds=1))
        assert sent.again().status_code == 401
        assert not sent.visitor.is_identified()


def test_from_another_address_the_same_is_refused(sent: Sent, another: NewVisitor) -> None:
    sent.again()
    sent.visitor = another()
    assert sent.again().status_code == 401
    assert not sent.visitor.is_identified()


def test_once_signed_out_the_same_is_refused(sent: Sent) -> None:
    sent.again()
    sent.visitor.get()
    sent.visitor.submit("/portal/sign-out")
    assert sent.again().status_code == 401
    assert sent.sessions() == 0


def test_a_wrong_code_is_refused_and_counted_on(code: Sent) -> None:
    code.again()
    for _ in range(4):
        assert code.again(code=wrong(code.form["code"])).status_code == 401
        assert not code.visitor.is_identified()
    assert code.again().status_code == 401, "the sixth try"


def test_another_password_is_refused(password: Sent) -> None:
    password.again()
    for other in (FIRST, OWN + "!", "", "x" * 5000):
        assert password.again(password=other, repeat=other).status_code in (400, 401)
        assert not password.visitor.is_identified()


def test_tries_at_the_password_are_counted(password: Sent) -> None:
    password.again()
    answers = [password.again(password=OWN + "!", repeat=OWN + "!").status_code for _ in range(10)]
    assert (answers[0], answers[-1]) == (401, 429)


def test_a_code_does_not_lead_to_the_session_of_a_password(visitor: Visitor, account: Account) -> None:
    """What was proved by a mailbox is not shown as proved by an account."""
    visitor.follow(account.invitation)
    given = visitor.ask_code(account.invitation)
    form = visitor.forms[CODE].fields | {"code": given}
    sent = Sent(visitor, CODE, form, visitor.cookie(), account.invitation)
    visitor.sign_in(account.name, FIRST)
    assert sent.again().status_code == 401
    assert not visitor.is_identified()


def test_a_user_that_was_disabled_meanwhile_stays_out(password: Sent, fresh: Account) -> None:
    password.again()
    with transaction():
        fresh.user.disabled_at = acts.now()
    assert password.again().status_code == 401
    assert not password.visitor.is_identified()
