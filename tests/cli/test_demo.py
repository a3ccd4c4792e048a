"""`assent demo`: made as a whole in a folder of its own, with everything in it, and every chain in order."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.servers import Assent, free_port

STATES = {"unconfirmed", "invited", "direct-accepted", "partner-attested", "blocked-needs-attestation"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Assent:
    """A demo of a twentieth of its size."""
    assent = Assent(tmp_path_factory.mktemp("demo") / "instance", MAIL_RATE="1")
    done = assent.run("demo", "--customers", "25", "--only-make")
    assert done.returncode == 0, done.stderr
    return assent


def column(instance: Path, query: str) -> list[object]:
    with closing(sqlite3.connect(instance / "demo" / "assent.db")) as database:
        return [row[0] for row in database.execute(query)]


def test_it_lies_in_a_folder_of_its_own_and_is_sound(made: Assent) -> None:
    assert {path.name for path in made.instance.iterdir()} <= {"demo", "demo.lock"}
    checked = Assent(made.instance / "demo").json("db", "check")
    assert checked["sound"]
    assert checked["machines"] > 25


def test_there_is_something_of_everything(made: Assent) -> None:
    def have(query: str) -> set[object]:
        return set(column(made.instance, query))

    assert have("SELECT state FROM machine") == STATES
    assert have("SELECT scenario FROM machine") == {None, 1, 2}
    assert have("SELECT accepted_version FROM machine") >= {None, 0, 1}
    assert have("SELECT status FROM invitation") == {"open", "used", "declined", "expired", "revoked"}
    assert have("SELECT delivery FROM invitation") >= {"delivered", "bounced", "complained"}
    assert have("SELECT status FROM draft") == {"submitted", "returned", "approved"}
    assert "open" in have("SELECT status FROM dispute")
    assert have("SELECT role FROM role") == {"admin-agent", "sales-agent", "helpdesk-agent", "global-admin"}
    assert have("SELECT type FROM partner") == {"direct-bill", "indirect-provider", "indirect-reseller"}
    assert have("SELECT status FROM webhook_delivery") == {"delivered", "waiting"}
    assert have("SELECT count(*) FROM news WHERE seq IS NULL") == {0}


def test_old_mails_are_settled_and_only_the_last_days_are_to_be_sent(made: Assent) -> None:
    since = "julianday('now') - julianday(created_at)"
    assert column(made.instance, f"SELECT max({since}) < 4.1 FROM outbox WHERE lane <> 'timer'") == [1]
    assert column(made.instance, "SELECT count(*) > 50 FROM outbox_archive") == [1]


def test_it_is_made_once_and_then_served_with_a_page_to_choose_from(made: Assent) -> None:
    process = made.start("demo", "--bind", f"127.0.0.1:{free_port()}")
    assert process.stdout
    try:
        lines = [process.stdout.readline() for _ in range(5)]
        ready = next(line for line in lines if line.startswith("ready "))
        address = ready.split()[1]
        assert any(line.endswith(f"{address}/demo\n") for line in lines)
        page = urlopen(f"{address}/demo").read().decode()
        assert "Sign in as Ana Lind" in page
        second = made.run("demo")
        assert (second.returncode, "is running already" in second.stderr) == (1, True)
    finally:
        made.stop()


def test_what_is_no_demo_is_left_alone(assent: Assent) -> None:
    (assent.instance / "demo").mkdir(parents=True)
    kept = assent.instance / "demo" / "thesis.txt"
    kept.write_text("five years of work")
    refused = assent.run("demo", "--fresh")
    assert (refused.returncode, "holds something else than a demo" in refused.stderr) == (1, True)
    assert kept.read_text() == "five years of work"
