"""`assent template`: words of a partner's own, from a file and back into one."""

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.engines import on_sqlite  # noqa: F401

WORDS = "Subject: {{ partner }} asks {{ company }}\n\nDear {{ contact }},\n\n{{ link }}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "reminder.txt"
    path.write_text(WORDS, encoding="utf-8")
    return path


def test_what_is_shown_can_be_saved_and_taken_back(desk: Terminal, file: Path) -> None:
    partner = ("--partner", desk.partner())
    file.write_text(desk("template", "show", "reminder", "zh-Hans", *partner).out, encoding="utf-8")
    assert "{{ link }}" in file.read_text(encoding="utf-8")
    saved = desk.json("template", "save", "reminder", "zh-Hans", str(file), *partner)
    assert (saved["own"], saved["version"]) == (True, 1)
    again = desk("template", "show", "reminder", "zh-Hans", *partner).out
    assert again == file.read_text(encoding="utf-8")
    listed = desk.json("template", "list", *partner)["items"]
    assert [(row["kind"], row["language"]) for row in listed if row["own"]] == [("reminder", "zh-Hans")]
    reset = desk.json("template", "reset", "reminder", "zh-Hans", *partner)
    assert (reset["own"], reset["version"]) == (False, 2)
    assert "ours  version 2" in desk("template", "list", *partner).out


def test_a_global_admin_saves_in_a_name_and_an_agent_may_not(desk: Terminal, file: Path) -> None:
    partner = desk.partner()
    boss, agent = desk.staff(partner, "global-admin"), desk.staff(partner)
    words = ("template", "save", "agreement", "en", str(file), "--partner", partner)
    assert boss in desk.json(*words, "--as", boss)["by"]
    assert desk.refused(*words, "--as", agent) == "role-not-allowed"


def test_the_html_comes_from_a_file_of_its_own(desk: Terminal, file: Path, tmp_path: Path) -> None:
    html, partner = tmp_path / "reminder.html", desk.partner()
    html.write_text('<p><a href="{{ link }}">Answer</a></p>', encoding="utf-8")
    desk.json("template", "save", "agreement", "en", str(file), "--html", str(html), "--partner", partner)
    shown = desk.json("template", "show", "agreement", "en", "--partner", partner)
    assert shown["html"] == html.read_text(encoding="utf-8")
    assert f"{shown['subject']}\n\n{shown['text']}" == WORDS.removeprefix("Subject: ")


def test_words_are_checked_without_being_kept(desk: Terminal, file: Path) -> None:
    before = desk.counts()
    assert desk.json("template", "check", "reminder", str(file))["sound"] is True
    file.write_text("Subject: {{ link }}\n\nHello {{ nobody }}\n<b>\n", encoding="utf-8")
    done = desk("template", "check", "reminder", str(file))
    assert (done.code, done.out) == (1, "")
    assert "subject, line 1: not-in-subject link. " in done.err
    assert "text, line 1: unknown-name nobody. This mail knows no such name." in done.err
    assert desk.counts() == before


@pytest.mark.parametrize("content", [b"Hello\n", b"", b"Subject: \xff\n\n{{ link }}"])
def test_a_file_that_is_none_is_refused(desk: Terminal, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert desk("template", "check", "reminder", str(file)).code == 1
