"""A terminal for each module and database."""

from collections.abc import Iterator

import pytest

from tests.cli.terminal import Terminal


@pytest.fixture(scope="module")
def terminal(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    found = Terminal(tmp_path_factory.mktemp("instance"), database_url)
    assert found("db", "upgrade").code == 0
    yield found
    found.engine.dispose()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A terminal for words that are refused before any database is asked: SQLite alone will do."""
    instance = tmp_path_factory.mktemp("desk")
    found = Terminal(instance, f"sqlite:///{instance / 'assent.db'}")
    assert found("db", "upgrade").code == 0
    yield found
    found.engine.dispose()
