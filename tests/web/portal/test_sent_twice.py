"""A double click: the browser drops the first answer, cookie and all, and sends the form again with the old one."""

from datetime import timedelta

import time_machine

from app.auth import acts
from app.commands import portal
from app.db import transaction
from tests.web.conftest import NewVisitor
from tests.web.portal.accounts import FIRST, Account
from tests.web.portal.twice import CODE, OWN, Sent
from tests.web.portal.visitor import PAGE, Visitor, wrong


def test_sent_twice_it_identifies_both_times_with_one_session(sent: Sent) -> None:
    for _ in range(2):
        answer = sent.again()
        assert (answer.status_code, answer.location) == (303, PAGE)
        assert sent.visitor.is_identified()
        assert "/portal/accept" in sent.visitor.forms
    assert sent.sessions() == 1


def test_the_old_cookie_opens_no_page(sent_code: Sent) -> None:
    sent_code.again()
    sent_code.visitor.client.set_cookie("assent", sent_code.cookie)
    assert not sent_code.visitor.is_identified()
    assert sent_code.visitor.send(sent_code.visitor.client.get, "/portal/agreement/document").status_code == 401


def test_after_ten_seconds_the_same_again_is_refused(sent: Sent) -> None:
    with time_machine.travel(acts.now(), tick=False) as clock:
        sent.again()
        clock.shift(timedelta(seconds=10))
        assert sent.again().status_code == 303
        clock.shift(timedelta(seconds=1))
        assert sent.again().status_code == 401
        assert not sent.visitor.is_identified()


def test_from_another_address_the_same_is_refused(sent_code: Sent, another: NewVisitor) -> None:
    sent_code.again()
    sent_code.visitor = another()
    assert sent_code.again().status_code == 401
    assert not sent_code.visitor.is_identified()


def test_once_signed_out_the_same_is_refused(sent_code: Sent) -> None:
    sent_code.again()
    sent_code.visitor.get()
    sent_code.visitor.submit("/portal/sign-out")
    assert sent_code.again().status_code == 401
    assert sent_code.sessions() == 0


def test_a_wrong_code_is_refused_and_counted_on(sent_code: Sent) -> None:
    sent_code.again()
    for _ in range(4):
        assert sent_code.again(code=wrong(sent_code.form["code"])).status_code == 401
        assert not sent_code.visitor.is_identified()
    assert sent_code.again().status_code == 401, "the sixth try"


def test_another_password_is_refused(sent_password: Sent) -> None:
    sent_password.again()
    for other in (FIRST, OWN + "!", ""):
        assert sent_password.again(password=other, repeat=other).status_code in (400, 401)
        assert not sent_password.visitor.is_identified()


def test_tries_at_the_password_are_counted(sent_password: Sent, fresh: Account) -> None:
    sent_password.again()
    with transaction():
        for _ in range(8):
            portal.count_sign_in(acts.clock(), fresh.name)
    assert [sent_password.again(password=OWN + "!").status_code for _ in range(2)] == [401, 429]


def test_a_code_does_not_lead_to_the_session_of_a_password(visitor: Visitor, account: Account) -> None:
    """What was proved by a mailbox is not shown as proved by an account."""
    visitor.follow(account.invitation)
    given = visitor.ask_code(account.invitation)
    form = visitor.forms[CODE].fields | {"code": given}
    sent = Sent(visitor, CODE, form, visitor.cookie(), account.invitation)
    visitor.sign_in(account.name, FIRST)
    assert sent.again().status_code == 401
    assert not visitor.is_identified()


def test_a_user_that_was_disabled_meanwhile_stays_out(sent_password: Sent, fresh: Account) -> None:
    sent_password.again()
    with transaction():
        fresh.user.disabled_at = acts.now()
    assert sent_password.again().status_code == 401
    assert not sent_password.visitor.is_identified()
