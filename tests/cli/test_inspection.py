"""`assent machine`, `doctor`, `mail test`: how it works and whether it can."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import SETTINGS
from app.core import topology
from app.core.lifecycle import Event, State
from tests.cli.terminal import Answer, Terminal, run
from tests.mail.postbox import Postbox
from tests.servers import free_port


@pytest.fixture
def relay() -> Iterator[Postbox]:
    box = Postbox().start()
    yield box
    box.stop()


def report(done: Answer) -> dict[str, dict[str, str]]:
    """The checks of a doctor's report by name."""
    return {check["name"]: check for check in json.loads(done.out)["checks"]}


def test_the_machine_is_printed_as_it_is_declared() -> None:
    done = run("machine", "--json")
    assert (done.code, done.err, done.out.count("\n")) == (0, "", 1)
    found = json.loads(done.out)
    assert found == json.loads(json.dumps(topology.as_json()))
    assert [state["value"] for state in found["states"]] == list(State)
    assert [state["value"] for state in found["states"] if state["initial"]] == ["unconfirmed"]
    assert found["events"] == list(Event)
    assert {move["event"] for move in found["moves"]} == set(Event)


def test_the_machine_in_words_is_the_table_of_the_readme() -> None:
    assert run("machine").out == topology.as_table() + "\n"


def test_the_doctor_shows_every_setting_with_its_source(terminal: Terminal) -> None:
    (terminal.instance / "settings.toml").write_text('MAIL_RATE = 5\nPORTAL = "microsoft"\n')
    done = run("doctor", "--json", **terminal.settings, LOG_FORMAT="json", PORTAL="builtin")
    assert (done.code, done.err, done.out.count("\n")) == (0, "", 1)
    found = json.loads(done.out)
    assert [row["name"] for row in found["settings"]] == [setting.name for setting in SETTINGS]
    assert all(row["help"] for row in found["settings"])
    shown = {row["name"]: (row["value"], row["source"]) for row in found["settings"]}
    assert shown["LOG_FORMAT"] == ("json", "environment")
    assert shown["MAIL_RATE"] == ("5.0", "settings.toml")
    assert shown["PORTAL"] == ("builtin", "environment")
    assert shown["IN_FLIGHT"] == ("200", "default")
    assert found["healthy"] is True
    assert {check["verdict"] for check in found["checks"]} == {"ok", "warning"}
    (terminal.instance / "settings.toml").unlink()


def test_the_doctor_finds_a_healthy_database_and_changes_nothing(terminal: Terminal) -> None:
    before = terminal.stored()
    checks = report(terminal("doctor", "--json"))
    assert checks["database"] == {"name": "database", "verdict": "ok", "says": "at schema 0006"}
    assert checks["outbox"]["says"] == "nothing is late"
    assert terminal.stored() == before
    words = terminal("doctor").out
    assert "ok       database: at schema 0006" in words
    assert "warning  mail: no SMTP_URL" in words


def test_the_doctor_never_shows_a_password(terminal: Terminal) -> None:
    secret = "s3cret-pass"
    url = f"postgresql+psycopg://assent:{secret}@127.0.0.1:{free_port()}/assent"
    done = run("doctor", INSTANCE=str(terminal.instance), DATABASE_URL=url, SMTP_URL=f"smtp://a:{secret}@127.0.0.1:1")
    assert done.code == 1
    assert secret not in done.out + done.err


def test_the_doctor_says_what_to_do_about_each_thing_that_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "root.key").write_bytes(b"short")
    url = f"postgresql+psycopg://assent@127.0.0.1:{free_port()}/assent"
    done = run("doctor", "--json", INSTANCE=str(tmp_path), DATABASE_URL=url, SMTP_URL=f"smtp://127.0.0.1:{free_port()}")
    assert done.code == 1
    [line] = done.err.splitlines()
    assert line.startswith("assent: wrong: keys, database, relay 127.0.0.1:")
    checks = report(done)
    assert "restore it from your backup" in checks["keys"]["says"]
    (tmp_path / "keys" / "root.key").unlink()
    checks = report(run("doctor", "--json", INSTANCE=str(tmp_path), DATABASE_URL=url))
    assert "start it, or correct the setting" in checks["database"]["says"]
    assert checks["keys"]["verdict"] == "ok"


def test_the_doctor_answers_even_where_the_settings_cannot_be_read(tmp_path: Path) -> None:
    done = run("doctor", "--json", INSTANCE=str(tmp_path), SMPT_URL="smtp://127.0.0.1")
    assert done.code == 1
    assert report(done)["settings"]["says"] == "unknown environment variable ASSENT_SMPT_URL; did you mean SMTP_URL?"
    assert len(json.loads(done.out)["settings"]) == len(SETTINGS)


def test_the_doctor_makes_no_database_where_there_is_none_yet(tmp_path: Path) -> None:
    done = run("doctor", "--json", INSTANCE=str(tmp_path))
    assert (done.code, report(done)["database"]["verdict"]) == (0, "ok")
    assert "first command" in report(done)["database"]["says"]


def test_the_doctor_warns_of_keys_beside_the_database_of_a_public_service(tmp_path: Path) -> None:
    public = {"INSTANCE": str(tmp_path / "instance"), "BASE_URL": "https://assent.example.com"}
    assert report(run("doctor", "--json", **public))["keys"]["verdict"] == "warning"
    apart = run("doctor", "--json", **public, KEYS_DIR=str(tmp_path / "keys"))
    assert [report(apart)[name]["verdict"] for name in ("keys", "https")] == ["ok", "ok"]


def test_a_test_mail_goes_out_over_the_relay(terminal: Terminal, relay: Postbox) -> None:
    done = run("mail", "test", "you@example.com", "--json", **terminal.settings, SMTP_URL=relay.url())
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out)["to"] == "you@example.com"
    [letter] = relay.letters
    assert letter.recipients == ("you@example.com",)
    assert b"Subject: " in letter.data


def test_a_test_mail_without_a_relay_becomes_a_file(terminal: Terminal) -> None:
    answer = terminal.json("mail", "test", "you@example.com")["answer"]
    path = terminal.instance / "mail" / answer.removeprefix("written to ")
    assert b"To: you@example.com" in path.read_bytes()


def test_a_test_mail_that_is_not_taken_says_why(terminal: Terminal) -> None:
    box = Postbox({"RCPT": "550 5.1.1 no such user"}).start()
    done = run("mail", "test", "you@example.com", "--json", **terminal.settings, SMTP_URL=box.url())
    box.stop()
    assert (done.code, done.out) == (1, "")
    [line] = done.err.splitlines()
    assert line.startswith("assent: the mail was not taken: 550 5.1.1 no such user; check SMTP_URL")
    assert terminal.refused("mail", "test", "you") == "invalid-email"
    assert terminal.refused("mail", "test", "you@example.com\nBcc: all@example.com") == "invalid-text"
