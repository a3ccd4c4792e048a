"""Fixtures of the dashboard: Ana, signed in, in a browser of hers; on SQLite, for pages do not depend on the engine."""

import pytest
from flask import Flask

from app.core.vocabulary import PartnerType, Role
from tests.cast import Cast
from tests.channel import company, hire
from tests.engines import on_sqlite  # noqa: F401
from tests.web.dashboard.member import Member


@pytest.fixture
def ana(app: Flask, cast: Cast) -> Member:
    return Member(app, cast.ana)


@pytest.fixture
def gina(app: Flask, cast: Cast) -> Member:
    """A global admin of Fabrikam's."""
    return Member(app, hire(cast.fabrikam, Role.GLOBAL_ADMIN, name="Gina Holm"))


@pytest.fixture
def stranger(app: Flask) -> Member:
    """A global admin of another partner's."""
    return Member(app, hire(company("Northwind", PartnerType.DIRECT_BILL), Role.GLOBAL_ADMIN, name="Nils Ek"))
