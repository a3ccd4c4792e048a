"""The portal's home: a customer's user comes in without a link, finds what is asked, and goes out for good."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app.auth import acts
from app.core.lifecycle import State
from app.core.vocabulary import Assurance, InvitationKind
from app.db import db, transaction
from app.models import AccountSession
from tests.cast import Cast
from tests.web.conftest import NewVisitor
from tests.web.portal.accounts import FIRST, Account
from tests.web.portal.at_home import HOME, OWN, SIGN_IN, at_home, other_partner, sign_in
from tests.web.portal.visitor import PAGE, Visitor, add_user, token
from tests.web.tables import checksums

PASSWORD = "/portal/account/password"
OUT = "/portal/sign-out"
PATHS = ["/AdminPortal/Home", "/Adminportal/Home", "/adminportal/HOME/", "/ADMINPORTAL/home"]
QUERIES = ["?ref=/BillingAccounts/agreement", "?invType=ResellerRelationship&partnerId=x&msppId=0&DAP=true"]


# Where it is


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", QUERIES)
def test_the_vendors_paths_without_a_token_lead_there(visitor: Visitor, path: str, query: str) -> None:
    page = visitor.get(path + query)
    assert (page.status_code, page.request.path) == (200, HOME)
    assert SIGN_IN in visitor.forms


def test_the_vendors_path_may_be_spelled_in_any_case_before_a_token_too(visitor: Visitor, account: Account) -> None:
    page = visitor.get(f"/aDMINpORTAL/hOME/{token(account.invitation)}?ref=/BillingAccounts/agreement")
    assert (page.status_code, page.request.path) == (200, PAGE)


def test_it_is_there_with_a_slash_too(visitor: Visitor) -> None:
    assert visitor.get("/portal/").status_code == 200


# Signing in


def test_a_user_signs_in_without_any_link(visitor: Visitor, account: Account) -> None:
    page = at_home(visitor, account)
    assert f"Identified as {account.name}" in page.text
    assert "Fabrikam asks you to accept the Microsoft Customer Agreement" in page.text


def test_a_first_password_is_changed_before_anything_is_shown(visitor: Visitor, fresh: Account) -> None:
    page = at_home(visitor, fresh)
    assert set(visitor.forms) == {PASSWORD, OUT}
    assert "Fabrikam" not in page.text
    former = visitor.cookie()
    visitor.submit(PASSWORD, password=OWN, repeat=OWN)
    assert "Fabrikam asks you" in visitor.page.text
    visitor.client.set_cookie("assent", former)
    visitor.get(HOME)
    assert set(visitor.forms) == {SIGN_IN}


@pytest.mark.parametrize(
    ("new", "repeat", "says"),
    [
        (OWN, OWN + "x", "The two passwords differ"),
        ("short", "short", "12 to 128 characters"),
        (FIRST, FIRST, "the password you were given"),
        ("contosocontoso1", "contosocontoso1", "easy to guess"),
    ],
)
def test_a_password_that_will_not_do_is_refused_beside_its_field(
    visitor: Visitor, fresh: Account, new: str, repeat: str, says: str
) -> None:
    at_home(visitor, fresh)
    page = visitor.submit(PASSWORD, password=new, repeat=repeat)
    assert page.status_code == 400
    assert re.search(f'<p class="error" id="(password|repeat)-error">[^<]*{says}', page.text)
    db.session.refresh(fresh.user)
    assert fresh.user.must_change


def test_wrong_unknown_and_disabled_are_answered_alike_and_counted(
    another: NewVisitor, account: Account, cast: Cast, hashed: str
) -> None:
    gone = add_user(cast.customer(), hashed, disabled_at=acts.now())
    answers = set()
    for name, password in [(account.name, "no"), ("nobody@contoso.example", FIRST), (gone.user_name, FIRST), ("", "")]:
        page = sign_in(another(), name, password)
        answers.add((page.status_code, re.sub('value="[^"]*"', "", page.text)))
    [(status, text)] = answers
    assert status == 401
    assert "User name or password do not match" in text
    visitor = another()
    for _ in range(9):
        sign_in(visitor, account.name, "no")
    assert sign_in(visitor, account.name).status_code == 429


# What ends it


def signed_in(visitor: Visitor) -> bool:
    visitor.get(HOME)
    return OUT in visitor.forms


def test_signing_out_ends_it_on_the_server_with_the_request_that_was_open(
    visitor: Visitor, another: NewVisitor, account: Account
) -> None:
    at_home(visitor, account)
    visitor.submit(f"/portal/requests/{account.invitation.id}")
    thief = another()
    thief.client.set_cookie("assent", visitor.cookie())
    assert signed_in(thief)
    visitor.get(HOME)
    visitor.submit(OUT)
    assert "You are signed out" in visitor.page.text
    assert not signed_in(thief)
    assert not thief.is_identified()
    row = db.session.scalars(select(AccountSession).where(AccountSession.customer_user_id == account.user.id)).one()
    assert row.ended_at


def test_disabling_the_user_ends_it(visitor: Visitor, account: Account) -> None:
    at_home(visitor, account)
    with transaction():
        account.user.disabled_at = acts.now()
    assert not signed_in(visitor)


def test_changing_the_first_password_behind_a_link_ends_it(
    visitor: Visitor, another: NewVisitor, fresh: Account
) -> None:
    thief = another()
    at_home(thief, fresh)
    visitor.follow(fresh.invitation)
    visitor.sign_in(fresh.name, FIRST)
    visitor.submit("/portal/password", password=OWN, repeat=OWN)
    assert not signed_in(thief)


def test_twelve_hours_or_half_an_hour_without_a_click_end_it(visitor: Visitor, account: Account) -> None:
    with time_machine.travel(acts.now(), tick=False) as clock:
        at_home(visitor, account)
        for _ in range(28):
            clock.shift(timedelta(minutes=25))
            assert signed_in(visitor)
        clock.shift(timedelta(minutes=21))
        assert not signed_in(visitor)
        sign_in(visitor, account.name)
        clock.shift(timedelta(minutes=31))
        assert not signed_in(visitor)


# What is asked


def test_requests_of_every_partner_are_listed_and_one_is_answered(visitor: Visitor, account: Account) -> None:
    other = other_partner(account.story)
    invitation = account.story.invite(InvitationKind.RELATIONSHIP)
    page = at_home(visitor, account)
    assert "Fabrikam would like to become your partner" in page.text
    assert page.text.count("/portal/partners/") == 2
    assert other.partner.name in page.text
    visitor.submit(f"/portal/requests/{invitation.id}")
    assert visitor.page.request.path == PAGE
    visitor.accept()
    db.session.refresh(account.story.machine)
    assert (account.story.machine.state, account.story.machine.assurance) == (State.DIRECT, Assurance.TENANT_ACCOUNT)
    assert "Nothing waits for you" in visitor.get(HOME).text


def test_another_tenants_and_ended_requests_are_not_there(visitor: Visitor, account: Account, cast: Cast) -> None:
    foreign = cast.customer().invite()
    former = account.invitation
    account.story.invite()
    page = at_home(visitor, account)
    before = checksums()
    for invitation in (foreign, former):
        assert f"/portal/requests/{invitation.id}" not in page.text
        answer = visitor.post(f"/portal/requests/{invitation.id}", {"csrf_token": visitor.csrf})
        assert answer.status_code == 404
    assert checksums() == before


def test_opening_another_request_ends_the_one_before(visitor: Visitor, another: NewVisitor, account: Account) -> None:
    at_home(visitor, account)
    visitor.submit(f"/portal/requests/{account.invitation.id}")
    thief = another()
    thief.client.set_cookie("assent", visitor.cookie())
    visitor.get(HOME)
    visitor.submit(f"/portal/requests/{account.invitation.id}")
    assert visitor.is_identified()
    assert not thief.is_identified()


def test_a_link_followed_meanwhile_leaves_the_account_signed_in(visitor: Visitor, account: Account, cast: Cast) -> None:
    at_home(visitor, account)
    visitor.follow(cast.customer().invite())
    assert not visitor.is_identified()
    assert signed_in(visitor)


def test_signing_in_behind_a_link_opens_the_home_too(visitor: Visitor, account: Account) -> None:
    visitor.follow(account.invitation)
    visitor.sign_in(account.name, FIRST)
    assert "Waiting for your answer" in visitor.get(HOME).text


def test_a_mailed_code_does_not_open_the_home(visitor: Visitor, account: Account) -> None:
    visitor.identify(account.invitation)
    visitor.accept()
    visitor.get(HOME)
    assert set(visitor.forms) == {SIGN_IN}
