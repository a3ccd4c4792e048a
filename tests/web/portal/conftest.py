"""Pages are looked at on one engine; the modules whose tests race or look into tables ask for both."""

import pytest
from flask import Flask

from app.models import Reveal
from tests.cast import Cast
from tests.engines import on_sqlite  # noqa: F401
from tests.web.portal.accounts import FIRST, Account
from tests.web.portal.twice import CODE, OWN, PASSWORD, Sent
from tests.web.portal.unveiling import invited
from tests.web.portal.visitor import Visitor


@pytest.fixture
def link(fresh: Account) -> Reveal:
    """A one-time link to the first password of an account."""
    return invited(fresh.story)


@pytest.fixture
def sent_code(visitor: Visitor, cast: Cast) -> Sent:
    invitation = cast.customer().invite()
    visitor.follow(invitation)
    given = visitor.ask_code(invitation)
    form = visitor.forms[CODE].fields | {"code": given}
    return Sent(visitor, CODE, form, visitor.cookie(), invitation)


@pytest.fixture
def sent_password(visitor: Visitor, fresh: Account) -> Sent:
    visitor.follow(fresh.invitation)
    visitor.sign_in(fresh.name, FIRST)
    form = visitor.forms[PASSWORD].fields | {"password": OWN, "repeat": OWN}
    return Sent(visitor, PASSWORD, form, visitor.cookie(), fresh.invitation)


@pytest.fixture(params=["code", "password"])
def sent(request: pytest.FixtureRequest, app: Flask) -> Sent:
    """Either of the two, on whatever engine `app` is."""
    found: Sent = request.getfixturevalue(f"sent_{request.param}")
    return found
