"""A worker beside a bare client: the same work, in one run, on either engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import ColumnElement, func, select

from app.db import db
from tests.conftest import create_database


class Worked(Protocol):
    def __call__(self, folder: Path, port: int, **settings: str) -> float: ...


def count(condition: ColumnElement[bool]) -> int:
    db.session.rollback()
    return db.session.execute(select(func.count()).where(condition)).scalar_one()


def database(request: pytest.FixtureRequest) -> dict[str, str]:
    """The setting for a fresh database on the engine the test is run with."""
    if request.getfixturevalue("engine") == "SQLite":
        return {}
    return {"DATABASE_URL": create_database(request.getfixturevalue("postgres"))}


def ratio(
    request: pytest.FixtureRequest, folder: Path, port: int, bare: Callable[[int], float], worked: Worked
) -> tuple[float, float, float]:
    """What a worker does in a second, what the bare client does before and after it, and the one by the other."""
    before = bare(port)
    ours = worked(folder, port, **database(request))
    reference = (before + bare(port)) / 2
    return ours, reference, ours / reference
