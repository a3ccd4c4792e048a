"""`assent db`: upgrade, backup, check."""

import sqlite3
import stat
from pathlib import Path

from tests.cli.terminal import Terminal, attestation, run


def test_an_upgrade_says_where_the_schema_stands_and_whether_it_moved(terminal: Terminal) -> None:
    assert terminal.json("db", "upgrade") == {"schema": "0006", "changed": False}


def test_an_upgrade_makes_a_database_where_there_is_none(tmp_path: Path) -> None:
    done = run("db", "upgrade", "--json", INSTANCE=str(tmp_path / "new"))
    assert (done.code, done.out, done.err) == (0, '{"schema": "0006", "changed": true}\n', "")
    assert not (tmp_path / "new" / "backups").exists()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").glob("assent.db")}
    assert modes == {"assent.db": 0o600}


def test_a_sound_database_is_said_to_be_one(terminal: Terminal) -> None:
    terminal.json(*attestation(terminal.tenant(), terminal.ana))
    found = terminal.json("db", "check")
    assert found == {
        "sound": True,
        "machines": len(terminal.rows("machine")),
        "records": len(terminal.rows("record")),
        "faults": [],
    }
    assert terminal("db", "check").out == f"sound: {found['machines']} agreements, {found['records']} records\n"


def test_a_backup_is_a_private_copy_that_is_whole(terminal: Terminal, tmp_path: Path) -> None:
    customer = terminal.tenant()
    done = terminal("db", "backup", "--to", str(tmp_path / "copies"), "--json")
    if terminal.engine.dialect.name == "postgresql":
        assert (done.code, done.out) == (1, "")
        assert "pg_dump" in done.err
        return
    found = terminal.json("db", "backup", "--to", str(tmp_path / "copies"))
    path = Path(found["path"])
    assert (path.stat().st_size, stat.S_IMODE(path.stat().st_mode)) == (found["bytes"], 0o600)
    with sqlite3.connect(path) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("SELECT count(*) FROM customer").fetchone() == (len(terminal.rows("customer")),)
    copy.close()
    path.rename(tmp_path / "assent.db")
    restored = run("status", customer, "--json", INSTANCE=str(tmp_path))
    assert restored.out == terminal("status", customer, "--json").out


def test_a_backup_goes_into_the_instance_unless_told(tmp_path: Path) -> None:
    assert run("db", "upgrade", INSTANCE=str(tmp_path)).code == 0
    assert run("db", "backup", INSTANCE=str(tmp_path)).code == 0
    assert len(list((tmp_path / "backups").glob("assent-*.db"))) == 1


def test_a_backup_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    assert run("db", "upgrade", INSTANCE=str(tmp_path)).code == 0
    below_a_file = tmp_path / "assent.db" / "copies"
    for folder in (below_a_file, Path("/proc/assent")):
        done = run("db", "backup", "--to", str(folder), INSTANCE=str(tmp_path))
        assert (done.code, done.out) == (1, "")
        [line] = done.err.splitlines()
        assert line.startswith(f"assent: cannot copy the database to {folder}: ")
        assert line.endswith("choose another folder")
