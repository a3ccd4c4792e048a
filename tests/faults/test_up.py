"""`assent up`: served with one line, mended when a part dies, ended without a trace."""

import contextlib
import os
import signal
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import create_database
from tests.servers import Assent, free_port, socket_open, wait_for

SOON = 20
WORKER, WEB = b"worker", b"--multiprocessing-fork"


def processes(assent: Assent) -> dict[int, list[bytes]]:
    """Every living process of an installation, whoever its parent is, with its words."""
    mine, found = f"ASSENT_INSTANCE={assent.instance}".encode(), {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mine in (folder / "environ").read_bytes().split(b"\0"):
                found[int(folder.name)] = (folder / "cmdline").read_bytes().split(b"\0")
    return found


def one(assent: Assent, word: bytes) -> int | None:
    """The process that was started with this word."""
    return next((pid for pid, words in processes(assent).items() if word in words), None)


def served(address: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def log(assent: Assent) -> str:
    return (assent.instance.parent / f"{assent.instance.name}-up.log").read_text()


def end(process: "subprocess.Popen[str]", number: int) -> str:
    """Ask it to stop; answers what it said on stdout after `ready`."""
    process.send_signal(number)
    said, _ = process.communicate(timeout=SOON)
    assert process.returncode == 0
    return said


def end_all(process: "subprocess.Popen[str]", number: int) -> str:
    """What a terminal sends goes to the whole process group, and again to the impatient."""
    os.killpg(process.pid, number)
    return end(process, number)


@pytest.fixture
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Assent]:
    settings = {}
    if request.param == "postgresql":
        settings["DATABASE_URL"] = create_database(request.getfixturevalue("postgres"))
    found = Assent(tmp_path / "instance", **settings)
    if settings:
        assert found.json("db", "upgrade")["changed"] is True
    yield found
    found.stop()


@pytest.mark.parametrize(
    ("installation", "ended", "number"),
    [("sqlite", end, signal.SIGTERM), ("postgresql", end_all, signal.SIGINT)],
    ids=["sqlite-told", "postgresql-by-ctrl-c"],
    indirect=["installation"],
)
def test_it_says_ready_serves_mends_what_dies_and_ends_without_a_trace(
    installation: Assent, ended: Callable[["subprocess.Popen[str]", int], str], number: int
) -> None:
    address = installation.up()
    [process] = installation.processes
    assert served(address)
    wait_for(lambda: "worker started" in log(installation), "the worker")
    for word in (WORKER, WEB):
        first = one(installation, word)
        assert first
        os.kill(first, signal.SIGKILL)
        wait_for(lambda word=word, first=first: one(installation, word) not in (None, first), "another one")
    wait_for(lambda: log(installation).count("worker started") == 2, "the other worker's start")
    wait_for(lambda: served(address), "the other web process")
    assert len(processes(installation)) >= 3
    assert ended(process, number) == ""
    wait_for(lambda: not processes(installation), "the end of every process", SOON)
    assert not socket_open(int(address.rpartition(":")[2]))
    assert "Traceback" not in log(installation)
    assert log(installation).count("worker stopped") == 1
    assert log(installation).count("starting it again") == 1, "the one that was killed"


def test_a_stop_before_it_is_ready_is_a_clean_stop(assent: Assent) -> None:
    process = assent.start("up", "--bind", f"127.0.0.1:{free_port()}")
    wait_for((assent.instance / "web.lock").exists, "the start")
    assert end(process, signal.SIGTERM) == ""
    wait_for(lambda: not processes(assent), "the end of every process", SOON)
    assert "Traceback" not in log(assent)


def test_what_it_started_does_not_outlive_it_even_when_it_is_killed(assent: Assent) -> None:
    address = assent.up()
    [process] = assent.processes
    wait_for(lambda: "worker started" in log(assent), "the worker")
    process.kill()
    process.wait()
    wait_for(lambda: not processes(assent), "the end of every process", SOON)
    assert not served(address)
    assert served(assent.up())
    wait_for(lambda: log(assent).count("worker started") == 2, "the other worker")
    assert end_all(assent.processes[-1], signal.SIGHUP) == ""  # its terminal was closed
    wait_for(lambda: not processes(assent), "the end of every process", SOON)
    assert "Traceback" not in log(assent)
    assert "starting it again" not in log(assent)


def test_of_two_that_start_at_once_one_serves_and_the_other_says_so(assent: Assent) -> None:
    two = [assent.start("up", "--bind", f"127.0.0.1:{free_port()}") for _ in range(2)]
    wait_for(lambda: any(process.poll() is not None for process in two), "the end of one")
    [loser] = [process for process in two if process.poll() is not None]
    [winner] = [process for process in two if process is not loser]
    assert (loser.returncode, loser.communicate()[0]) == (1, "")
    assert winner.stdout
    assert served(winner.stdout.readline().removeprefix("ready ").strip())
    [line] = [line for line in log(assent).splitlines() if line.startswith("assent: ")]
    assert line.startswith(
        f"assent: a web process already serves {assent.instance}; stop it first, or set DATABASE_URL"
    )
    second = assent.run("web", "--bind", f"127.0.0.1:{free_port()}")
    assert (second.returncode, second.stdout, second.stderr) == (1, "", f"{line}\n")
