"""`POST /portal/code/send` and `/portal/code`: who somebody is, by a code mailed to them."""

import threading
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.core.vocabulary import Method, Owed
from app.db import db, transaction
from app.models import Attempt, Invitation, Outbox, PortalSession
from tests.cast import Cast, Story
from tests.conftest import database_url  # noqa: F401  on both engines
from tests.web.conftest import NewVisitor
from tests.web.portal.visitor import PAGE, Visitor, wrong
from tests.web.tables import checksums


@pytest.fixture
def story(cast: Cast) -> Story:
    return cast.customer()


@pytest.fixture
def invitation(story: Story) -> Invitation:
    return story.invite()


def sessions(invitation: Invitation) -> list[PortalSession]:
    """Those that are in use."""
    db.session.rollback()
    held = (PortalSession.invitation_id == invitation.id, PortalSession.replaced_by.is_(None))
    return list(db.session.scalars(select(PortalSession).where(*held)))


def code_mails(invitation: Invitation) -> list[Outbox]:
    db.session.rollback()
    rows = db.session.scalars(select(Outbox).where(Outbox.kind == Owed.SIGN_IN_CODE).order_by(Outbox.id))
    return [row for row in rows if row.payload["invitation"] == str(invitation.id)]


# Works


def test_the_mailed_code_identifies(visitor: Visitor, invitation: Invitation) -> None:
    page = visitor.identify(invitation)
    assert (page.status_code, page.history[0].status_code, page.request.path) == (200, 303, PAGE)
    assert "/portal/accept" in visitor.forms
    [session] = sessions(invitation)
    assert session.method == Method.EMAIL_CODE


def test_asking_for_a_code_owes_one_mail_that_holds_no_code(visitor: Visitor, invitation: Invitation) -> None:
    visitor.follow(invitation)
    code = visitor.ask_code(invitation)
    [mail] = code_mails(invitation)
    assert set(mail.payload) == {"invitation", "machine", "session", "number"}
    assert code not in str(mail.payload)


def test_a_code_may_be_typed_in_two_groups(visitor: Visitor, invitation: Invitation) -> None:
    visitor.follow(invitation)
    code = visitor.ask_code(invitation)
    visitor.submit("/portal/code", code=f" {code[:3]} {code[3:]} ")
    assert visitor.is_identified()


def test_being_identified_changes_the_session_id(visitor: Visitor, another: NewVisitor, invitation: Invitation) -> None:
    """Whoever planted or saw the id from before has nothing."""
    visitor.follow(invitation)
    code = visitor.ask_code(invitation)
    thief = another()
    thief.client.set_cookie("assent", visitor.cookie())
    [before] = [session.id for session in sessions(invitation)]
    visitor.submit("/portal/code", code=code)
    [after] = [session.id for session in sessions(invitation)]
    assert after != before
    assert not thief.is_identified()


def test_a_code_is_good_for_ten_minutes(visitor: Visitor, invitation: Invitation) -> None:
    with time_machine.travel(acts.now(), tick=False) as clock:
        visitor.follow(invitation)
        code = visitor.ask_code(invitation)
        clock.shift(timedelta(minutes=9, seconds=59))
        visitor.submit("/portal/code", code=code)
        assert visitor.is_identified()


# Not identified


def test_a_code_without_having_asked_for_one_is_refused(visitor: Visitor, invitation: Invitation) -> None:
    visitor.follow(invitation)
    answer = visitor.post("/portal/code", {"csrf_token": visitor.csrf, "code": "000000"})
    assert answer.status_code == 401
    assert not visitor.is_identified()


# Somebody else's


def test_a_code_counts_in_the_browser_that_asked_for_it(
    visitor: Visitor, another: NewVisitor, invitation: Invitation
) -> None:
    visitor.follow(invitation)
    code = visitor.ask_code(invitation)
    other = another()
    other.follow(invitation)
    other.ask_code(invitation)
    assert other.submit("/portal/code", code=code).status_code == 401
    assert not other.is_identified()


def test_a_code_for_one_invitation_does_not_open_another(
    visitor: Visitor, another: NewVisitor, invitation: Invitation, cast: Cast
) -> None:
    visitor.follow(invitation)
    other, foreign = another(), cast.customer().invite()
    other.follow(foreign)
    other.ask_code(foreign)
    assert other.submit("/portal/code", code=visitor.ask_code(invitation)).status_code == 401


# Bad input


@pytest.mark.parametrize("given", ["", "1", "١٢٣٤٥٦", "\0", "1234567", "x" * 10_000])
def test_what_is_no_code_is_refused(visitor: Visitor, invitation: Invitation, given: str) -> None:
    visitor.follow(invitation)
    visitor.ask_code(invitation)
    assert visitor.submit("/portal/code", code=given).status_code == 401
    assert "That code is not the one in the newest mail" in visitor.page.text


# Wrong state


def test_after_five_wrong_codes_the_right_one_is_locked(visitor: Visitor, invitation: Invitation) -> None:
    visitor.follow(invitation)
    code = visitor.ask_code(invitation)
    for _ in range(5):
        assert visitor.submit("/portal/code", code=wrong(code)).status_code == 401
    assert visitor.submit("/portal/code", code=code).status_code == 401
    assert not visitor.is_identified()
    visitor.submit("/portal/code", code=visitor.ask_code(invitation))
    assert visitor.is_identified()


def test_the_fifth_try_still_counts(visitor: Visitor, invitation: Invitation) -> None:
    visitor.follow(invitation)
    code = visitor.ask_code(invitation)
    for _ in range(4):
        visitor.submit("/portal/code", code=wrong(code))
    visitor.submit("/portal/code", code=code)
    assert visitor.is_identified()


def test_of_many_guesses_at_once_five_are_looked_at(app: Flask, visitor: Visitor, invitation: Invitation) -> None:
    visitor.follow(invitation)
    code = visitor.ask_code(invitation)
    form, cookie, answers = visitor.forms["/portal/code"].fields, visitor.cookie(), list[int]()

    def guess(number: int) -> None:
        client = app.test_client()
        client.set_cookie("assent", cookie)
        guessed = f"{(int(code) + 1 + number) % 10**6:06}"
        answers.append(client.post("/portal/code", data=form | {"code": guessed}).status_code)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [401] * 20
    assert [session.code_tries for session in sessions(invitation)] == [5]


def test_an_expired_code_is_refused(visitor: Visitor, invitation: Invitation) -> None:
    with time_machine.travel(acts.now(), tick=False) as clock:
        visitor.follow(invitation)
        code = visitor.ask_code(invitation)
        clock.shift(timedelta(minutes=10))
        assert visitor.submit("/portal/code", code=code).status_code == 401


def test_a_new_code_ends_the_one_before(visitor: Visitor, invitation: Invitation) -> None:
    visitor.follow(invitation)
    former = visitor.ask_code(invitation)
    newer = visitor.ask_code(invitation)
    assert visitor.submit("/portal/code", code=former).status_code == 401
    visitor.submit("/portal/code", code=newer)
    assert visitor.is_identified()


def test_a_code_works_once(visitor: Visitor, another: NewVisitor, invitation: Invitation) -> None:
    visitor.follow(invitation)
    code = visitor.ask_code(invitation)
    form, second = visitor.forms["/portal/code"].fields, another()
    second.client.set_cookie("assent", visitor.cookie())
    visitor.submit("/portal/code", code=code)
    assert second.post("/portal/code", form | {"code": code}).status_code == 401


def test_an_invitation_gets_five_codes_an_hour_whatever_the_browser(
    visitor: Visitor, another: NewVisitor, invitation: Invitation
) -> None:
    with time_machine.travel(acts.now(), tick=False) as clock:
        for asking in (visitor, visitor, visitor, another(), another()):
            asking.follow(invitation)
            asking.ask_code(invitation)
        refused = visitor.submit("/portal/code/send")
        assert refused.status_code == 429
        assert "wait 60 minutes" in refused.text
        assert len(code_mails(invitation)) == 5
        clock.shift(timedelta(minutes=61))
        visitor.follow(invitation)
        visitor.submit("/portal/code", code=visitor.ask_code(invitation))
        assert visitor.is_identified()


def test_a_refused_request_for_a_code_leaves_no_trace(visitor: Visitor, invitation: Invitation) -> None:
    visitor.follow(invitation)
    with transaction() as session:
        session.add_all(Attempt(purpose="code", subject=str(invitation.id), at=acts.now()) for _ in range(5))
    before = checksums()
    assert visitor.submit("/portal/code/send").status_code == 429
    assert checksums() == before
