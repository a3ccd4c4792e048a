"""`POST /portal/sign-in`: who somebody is, by the user name and password made with the tenant."""

import re
import threading
from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.commands import portal
from app.core.act import Act
from app.core.vocabulary import ActorKind, Method
from app.db import db, transaction
from app.models import PortalSession
from tests.cast import Cast
from tests.web.conftest import NewVisitor
from tests.web.portal.accounts import FIRST, Account
from tests.web.portal.visitor import PAGE, Visitor, add_user

# Works


def test_the_right_password_identifies(visitor: Visitor, account: Account) -> None:
    visitor.follow(account.invitation)
    page = visitor.sign_in(account.name, FIRST)
    assert (page.status_code, page.history[0].status_code, page.request.path) == (200, 303, PAGE)
    assert f"Identified as {account.name}" in page.text
    session = db.session.scalars(select(PortalSession).where(PortalSession.customer_user_id == account.user.id)).one()
    assert session.method == Method.PASSWORD


def test_a_user_name_may_be_typed_in_capitals(visitor: Visitor, account: Account) -> None:
    visitor.follow(account.invitation)
    visitor.sign_in(f" {account.name.upper()} ", FIRST)
    assert visitor.is_identified()


def test_signing_in_changes_the_session_id(visitor: Visitor, another: NewVisitor, account: Account) -> None:
    visitor.follow(account.invitation)
    visitor.ask_code(account.invitation)
    thief = another()
    thief.client.set_cookie("assent", visitor.cookie())
    visitor.sign_in(account.name, FIRST)
    assert visitor.is_identified()
    assert not thief.is_identified()


def test_the_form_is_there_only_where_somebody_has_an_account(visitor: Visitor, cast: Cast) -> None:
    visitor.follow(cast.customer().invite())
    assert "/portal/sign-in" not in visitor.forms


# Refused, all in the same words


def test_wrong_foreign_unknown_and_disabled_are_answered_alike(
    another: NewVisitor, account: Account, fresh: Account, cast: Cast, hashed: str
) -> None:
    story = cast.customer()
    gone = Account(story, story.invite(), add_user(story, hashed, disabled_at=acts.now()))
    answers = set()
    for name, password in [
        (account.name, FIRST + "x"),
        (account.name, ""),
        (fresh.name, FIRST),
        (gone.name, FIRST),
        ("nobody@contoso.example", FIRST),
        ("", ""),
        ("admin\0@contoso.example", FIRST),
        ("x" * 5000, "y" * 5000),
    ]:
        visitor = another()
        visitor.follow(account.invitation)
        page = visitor.sign_in(name, password)
        # The page repeats the name that was typed, and each browser has a token of its own.
        answers.add((page.status_code, re.sub('value="[^"]*"', "", page.text)))
        assert not visitor.is_identified()
    [(status, text)] = answers
    assert status == 401
    assert "User name or password do not match" in text


def test_disabling_a_user_ends_its_session(visitor: Visitor, account: Account) -> None:
    visitor.follow(account.invitation)
    visitor.sign_in(account.name, FIRST)
    with transaction():
        account.user.disabled_at = acts.now()
    assert visitor.accept().status_code == 401
    assert not visitor.is_identified()


# Limits


def tried(user_name: str, times: int, address: str = "192.0.2.1") -> None:
    """So many tries a moment ago."""
    act = Act(ActorKind.CUSTOMER, Method.PASSWORD, acts.now(), ip=address)
    with transaction():
        for _ in range(times):
            portal.count_sign_in(act, user_name)


def test_an_account_takes_ten_tries_in_a_quarter_of_an_hour(visitor: Visitor, account: Account) -> None:
    with time_machine.travel(acts.now(), tick=False) as clock:
        tried(account.name, 9)
        visitor.follow(account.invitation)
        assert visitor.sign_in(account.name, "no").status_code == 401
        refused = visitor.sign_in(account.name.upper(), FIRST)
        assert refused.status_code == 429
        assert "wait 15 minutes" in refused.text
        clock.shift(timedelta(minutes=15, seconds=1))
        visitor.sign_in(account.name, FIRST)
        assert visitor.is_identified()


def test_an_address_takes_fifty_tries_over_all_accounts(
    visitor: Visitor, another: NewVisitor, account: Account
) -> None:
    for number in range(49):
        tried(f"user{number}@contoso.example", 1, visitor.address)
    visitor.follow(account.invitation)
    assert visitor.sign_in("user49@contoso.example", "no").status_code == 401
    assert visitor.sign_in(account.name, FIRST).status_code == 429
    elsewhere = another()
    elsewhere.follow(account.invitation)
    assert elsewhere.sign_in(account.name, FIRST).status_code == 200


def test_tries_at_once_count_one_another(app: Flask, visitor: Visitor, account: Account) -> None:
    tried(account.name, 8)
    visitor.follow(account.invitation)
    form, cookie, answers = visitor.forms["/portal/sign-in"].fields, visitor.cookie(), list[int]()

    def guess() -> None:
        client = app.test_client()
        client.set_cookie("assent", cookie)
        answers.append(
            client.post("/portal/sign-in", data=form | {"user_name": account.name, "password": "no"}).status_code
        )

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [401] * 2 + [429] * 6
