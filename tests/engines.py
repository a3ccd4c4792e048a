"""Where one engine will do: what pages and commands say does not depend on it; what they write is tested on both."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="module", name="database_url")
def on_sqlite(sqlite_mould: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Imported into a module or a folder's conftest, this takes the place of the fixture for both engines."""
    return copied(sqlite_mould, tmp_path_factory.mktemp("sqlite"))


def copied(mould: Path, folder: Path) -> str:
    shutil.copyfile(mould, folder / "assent.db")
    return f"sqlite:///{folder / 'assent.db'}"
