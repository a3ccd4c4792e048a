"""Starting where something is wrong: one clear line on stderr with the remedy, exit 1, soon."""

import socket
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.conftest import create_database
from tests.servers import Assent, free_port

SOON = 15.0  # on a machine with nothing else to do: under 5


@pytest.fixture
def at(tmp_path: Path) -> "Starts":
    return Starts(tmp_path / "instance")


class Starts:
    """Starts of one installation that must fail."""

    def __init__(self, instance: Path) -> None:
        self.instance = instance

    def refused(self, *words: str, **settings: str) -> str:
        """The one line."""
        instance = Path(settings.pop("INSTANCE", str(self.instance)))
        done = Assent(instance, **settings).run(*words, timeout=SOON)
        assert (done.returncode, done.stdout) == (1, ""), done
        [line] = done.stderr.splitlines()
        assert line.startswith("assent: ")
        return line.removeprefix("assent: ")


def test_a_setting_that_does_not_exist_is_named_with_its_neighbour(at: Starts) -> None:
    assert at.refused("up", BIDN="127.0.0.1:1") == "unknown environment variable ASSENT_BIDN; did you mean BIND?"
    at.instance.mkdir()
    (at.instance / "settings.toml").write_text('WEBWORKERS = "2"\n')
    line = at.refused("web")
    assert line.startswith("unknown setting in ")
    assert line.endswith("settings.toml: WEBWORKERS; did you mean WEB_WORKERS?")


def test_settings_that_cannot_be_read_are_to_be_corrected(at: Starts) -> None:
    at.instance.mkdir()
    (at.instance / "settings.toml").write_text("WEB_WORKERS = \n")
    assert at.refused("worker").endswith("; correct it or move it away")


@pytest.mark.parametrize("bind", ["127.0.0.1:70000", "localhost"])
def test_an_address_has_a_host_and_a_port(at: Starts, bind: str) -> None:
    assert "must be host:port, for example 127.0.0.1:8000" in at.refused("up", "--bind", bind)


def test_sqlite_serves_one_web_process(at: Starts) -> None:
    assert "set WEB_WORKERS=1 or move to PostgreSQL" in at.refused("web", WEB_WORKERS="2")


@pytest.mark.parametrize("command", ["up", "worker"])
def test_a_postgresql_that_is_not_there_is_said_to_be_missing(at: Starts, command: str) -> None:
    line = at.refused(command, DATABASE_URL=f"postgresql+psycopg://assent:secret@127.0.0.1:{free_port()}/assent")
    assert line.startswith("cannot use the database of DATABASE_URL: ")
    assert line.endswith("; start it, or correct the setting")
    assert "secret" not in line


def test_a_postgresql_that_never_answers_is_not_waited_for(at: Starts) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"postgresql+psycopg://assent@127.0.0.1:{silent.getsockname()[1]}/assent"
        assert "timeout" in at.refused("worker", DATABASE_URL=url)


@pytest.mark.parametrize("words", ["up", "worker", "mail test you@example.com"])
def test_a_relay_that_is_not_there_is_named(at: Starts, words: str) -> None:
    port = free_port()
    line = at.refused(*words.split(), SMTP_URL=f"smtp://127.0.0.1:{port}", BIND=f"127.0.0.1:{free_port()}")
    assert f"127.0.0.1:{port}" in line
    assert "SMTP_URL" in line


@pytest.mark.parametrize("above", ["a-file", "/proc/assent"])
def test_an_instance_folder_that_cannot_be_used_is_named(at: Starts, above: str, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("")
    instance = str(tmp_path / above / "instance")
    line = at.refused("up", INSTANCE=instance)
    assert line.startswith(f"cannot write to the instance folder {instance}: ")
    assert line.endswith("make it writable or set ASSENT_INSTANCE to another folder")


def test_keys_of_the_wrong_size_are_not_used(at: Starts) -> None:
    (at.instance / "keys").mkdir(parents=True)
    (at.instance / "keys" / "root.key").write_bytes(b"too short")
    assert at.refused("up").endswith("root.key is not a key of 32 bytes; restore it from your backup")


def test_keys_that_cannot_be_kept_are_not_made(at: Starts, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("")
    assert at.refused("worker", KEYS_DIR=str(tmp_path / "a-file")).endswith("make the folder writable or set KEYS_DIR")


def test_a_damaged_database_is_left_as_it_is(at: Starts) -> None:
    at.instance.mkdir()
    path = at.instance / "assent.db"
    path.write_bytes(b"This was a database once.\n" * 500)
    assert at.refused("up") == f"{path} is damaged: file is not a database; put a backup in its place"
    assert path.read_bytes() == b"This was a database once.\n" * 500


def test_a_database_needs_a_folder_that_is_there(at: Starts) -> None:
    line = at.refused("up", DATABASE_URL="sqlite:////nowhere/assent.db")
    assert line.startswith("/nowhere/assent.db: No such file or directory; see that it is there")


def test_a_schema_of_the_future_is_not_touched(at: Starts) -> None:
    Assent(at.instance).json("db", "upgrade")
    engine = create_engine(f"sqlite:///{at.instance / 'assent.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    engine.dispose()
    line = at.refused("up")
    assert line.startswith("the database is at schema 0999, newer than this Assent knows")
    assert line.endswith("install the Assent that wrote it, or restore a backup made before")


def test_a_postgresql_behind_is_upgraded_by_its_operator_alone(at: Starts, postgres: str) -> None:
    line = at.refused("up", DATABASE_URL=create_database(postgres))
    assert line == "the database is at schema none, this Assent needs 0006; run `assent db upgrade`"


def test_a_port_that_is_taken_is_not_shared(at: Starts) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as Granian's own listeners do
        other.bind(("127.0.0.1", 0))
        other.listen()
        bind = f"127.0.0.1:{other.getsockname()[1]}"
        line = at.refused("up", "--bind", bind)
    assert line == f"cannot listen on {bind}: Address already in use; stop what is there or choose another --bind"


def test_an_address_of_another_machine_cannot_be_listened_on(at: Starts) -> None:
    assert at.refused("web", "--bind", "192.0.2.1:8000").endswith("choose another --bind")
