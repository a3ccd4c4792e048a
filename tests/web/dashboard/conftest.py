"""Fixtures of the dashboard: Ana, signed in, in a browser of hers; on SQLite, for pages do not depend on the engine."""

import pytest
from flask import Flask

from tests.cast import Cast
from tests.engines import on_sqlite  # noqa: F401
from tests.web.dashboard.member import Member


@pytest.fixture
def ana(app: Flask, cast: Cast) -> Member:
    return Member(app, cast.ana)
