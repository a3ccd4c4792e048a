"""The drop folder: without a relay every mail is a file that mail programs open."""

import asyncio
from pathlib import Path

import pytest

from app.mail.drop import Drop
from tests.mail.conftest import letter
from tests.mail.facts import parsed


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    return Drop(tmp_path / "instance" / "mail")


def test_a_mail_becomes_a_file_named_by_its_row_and_kind(drop: Drop) -> None:
    message = letter()
    assert asyncio.run(drop.send(message, "row-1")) == "written to row-1-agreement.eml"
    assert [path.name for path in drop.folder.iterdir()] == ["row-1-agreement.eml"]
    data = (drop.folder / "row-1-agreement.eml").read_bytes()
    assert data == message.data
    assert parsed(data)["Subject"] == "hello"


def test_a_second_attempt_overwrites_the_first(drop: Drop) -> None:
    asyncio.run(drop.send(letter(subject="first"), "row-1"))
    asyncio.run(drop.send(letter(subject="second"), "row-1"))
    asyncio.run(drop.send(letter(subject="other"), "row-2"))
    found = {path.name: parsed(path.read_bytes())["Subject"] for path in drop.folder.iterdir()}
    assert found == {"row-1-agreement.eml": "second", "row-2-agreement.eml": "other"}


def test_only_the_owner_reads_dropped_mail(drop: Drop) -> None:
    asyncio.run(drop.send(letter(), "row-1"))
    (path,) = drop.folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert drop.folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_written_is_an_error_not_a_lost_mail(drop: Drop) -> None:
    drop.folder.parent.mkdir()
    drop.folder.write_text("a file is in the way")
    with pytest.raises(OSError, match="mail"):
        asyncio.run(drop.send(letter(), "row-1"))
