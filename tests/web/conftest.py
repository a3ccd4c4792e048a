"""Fixtures of the portal: somebody who visits it, with or without an account."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.auth import passwords
from tests.cast import Cast
from tests.web.portal.accounts import FIRST, Account
from tests.web.portal.visitor import Visitor, add_user

NewVisitor = Callable[[], Visitor]


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


@pytest.fixture
def another(app: Flask) -> NewVisitor:
    """Further browsers."""
    return lambda: Visitor(app)


@pytest.fixture(scope="session")
def hashed() -> str:
    return passwords.hashed(FIRST)


@pytest.fixture
def account(cast: Cast, hashed: str) -> Account:
    """With a password of its own already."""
    story = cast.customer()
    return Account(story, story.invite(), add_user(story, hashed, must_change=False))


@pytest.fixture
def fresh(cast: Cast, hashed: str) -> Account:
    """As it was made: the first password must be changed."""
    story = cast.customer()
    return Account(story, story.invite(), add_user(story, hashed))
