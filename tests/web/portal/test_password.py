"""`POST /portal/password`: a first password must not stay."""

import pytest

from app.auth import passwords
from app.db import db
from tests.web.conftest import NewVisitor
from tests.web.portal.accounts import FIRST, Account
from tests.web.portal.visitor import Visitor
from tests.web.tables import checksums

OWN = "seven purple tigers"


def test_a_first_password_must_be_changed_before_anything_else(visitor: Visitor, fresh: Account) -> None:
    visitor.follow(fresh.invitation)
    page = visitor.sign_in(fresh.name, FIRST)
    assert "Choose your own password" in page.text
    csrf = visitor.csrf
    for action in ("accept", "decline"):
        answer = visitor.post(f"/portal/{action}", {"csrf_token": csrf})
        assert answer.status_code == 401
    visitor.submit("/portal/password", password=OWN, repeat=OWN)
    assert "/portal/accept" in visitor.forms


def test_the_new_password_counts_and_the_first_one_does_not(
    visitor: Visitor, another: NewVisitor, fresh: Account
) -> None:
    visitor.follow(fresh.invitation)
    visitor.sign_in(fresh.name, FIRST)
    visitor.submit("/portal/password", password=OWN, repeat=OWN)
    for password, status in ((FIRST, 401), (OWN, 200)):
        later = another()
        later.follow(fresh.invitation)
        assert later.sign_in(fresh.name, password).status_code == status


def test_changing_the_password_ends_every_other_session(visitor: Visitor, another: NewVisitor, fresh: Account) -> None:
    elsewhere, thief = another(), another()
    for browser in (elsewhere, visitor):
        browser.follow(fresh.invitation)
        browser.sign_in(fresh.name, FIRST)
    thief.client.set_cookie("assent", visitor.cookie())
    visitor.submit("/portal/password", password=OWN, repeat=OWN)
    assert visitor.is_identified()
    assert not elsewhere.is_identified()
    assert not thief.is_identified()


BAD = [
    ("", "12 to 128 characters"),
    ("elevenchars", "12 to 128 characters"),
    ("x7" * 64 + "y", "12 to 128 characters"),
    ("password1234", "easy to guess"),
    ("PASSWORD!!2026", "easy to guess"),
    ("abababababab", "easy to guess"),
    ("my contoso 2026", "easy to guess"),
    ("admin tiger lane", "easy to guess"),
    (FIRST, "the password you were given"),
]


def test_a_bad_password_is_refused_with_the_reason(visitor: Visitor, fresh: Account) -> None:
    visitor.follow(fresh.invitation)
    visitor.sign_in(fresh.name, FIRST)
    before = checksums()
    for password, says in BAD:
        page = visitor.submit("/portal/password", password=password, repeat=password)
        assert page.status_code == 400
        assert says in page.text, password
    assert checksums() == before


@pytest.mark.parametrize("password", ["seven tigers", ("x7y9q" * 26)[:128], "сім \0 тигрів у лісі"])
def test_any_characters_make_a_password_of_twelve_to_128(visitor: Visitor, fresh: Account, password: str) -> None:
    visitor.follow(fresh.invitation)
    visitor.sign_in(fresh.name, FIRST)
    page = visitor.submit("/portal/password", password=password, repeat=password)
    assert "/portal/accept" in visitor.forms, page.text


def test_two_different_spellings_are_refused(visitor: Visitor, fresh: Account) -> None:
    visitor.follow(fresh.invitation)
    visitor.sign_in(fresh.name, FIRST)
    page = visitor.submit("/portal/password", password=OWN, repeat=OWN + "!")
    assert page.status_code == 400
    assert "The two passwords differ" in page.text


def test_only_a_user_with_a_first_password_changes_it_here(
    visitor: Visitor, another: NewVisitor, account: Account
) -> None:
    """Otherwise a stolen session would be enough to take the account over."""
    by_code, unknown = another(), another()
    visitor.follow(account.invitation)
    visitor.sign_in(account.name, FIRST)
    by_code.identify(account.invitation)
    unknown.follow(account.invitation)
    for browser in (visitor, by_code, unknown):
        answer = browser.post("/portal/password", {"csrf_token": browser.csrf, "password": OWN, "repeat": OWN})
        assert answer.status_code == 401
    db.session.refresh(account.user)
    assert passwords.verify(account.user.password_hash, FIRST)
