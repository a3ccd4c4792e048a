"""Real servers for tests: PostgreSQL, SMTP, and Assent's own processes. Nothing here is a mock."""

import contextlib
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Compiled once for all processes, past the source: half the time a start takes.
COMPILED = ROOT / ".pytest_cache" / "compiled"
INSTALL = {
    "PostgreSQL": "apt-get install --no-install-recommends postgresql",
    "Chromium": "apt-get install --no-install-recommends chromium",
    "Mono": "apt-get install --no-install-recommends mono-mcs mono-runtime",
    "Node.js": "apt-get install --no-install-recommends nodejs",
    "OpenSSL": "apt-get install --no-install-recommends openssl",
    "PHP": "apt-get install --no-install-recommends php-cli",
    "SpamAssassin": "apt-get install --no-install-recommends spamassassin",
}


def missing(what: str) -> None:
    """A part that is not installed: fatal in CI, loudly skipped elsewhere."""
    says = f"{what} is not installed; these tests need it: {INSTALL[what]}"
    if os.environ.get("CI") == "true":
        pytest.exit(says, returncode=1)
    pytest.skip(says)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A throw-away server; the address has `{}` for the database name."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    initdb = str(found[-1]) if found else shutil.which("initdb")
    if not initdb:
        missing("PostgreSQL")
        raise AssertionError
    binaries = Path(initdb).parent
    user: dict[str, Any] = {}
    folder.mkdir(parents=True, exist_ok=True)
    if os.getuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        for above in folder.parents:
            if above.stat().st_uid == 0 and not above.stat().st_mode & 0o001:
                above.chmod(above.stat().st_mode | 0o011)
    data, port = folder / "data", free_port()
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/", **user}
    subprocess.run(
        [initdb, "-D", str(data), "-U", "assent", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"],
        check=True,
        **quiet,
    )
    options = ["-c", "fsync=off", "-c", "max_connections=200", "-c", f"unix_socket_directories={folder}"]
    options += ["-c", "listen_addresses=127.0.0.1", "-p", str(port)]
    server = subprocess.Popen([str(binaries / "postgres"), "-D", str(data), *options], **quiet)
    try:
        wait_for(lambda: socket_open(port), "PostgreSQL")
        ready = [str(binaries / "pg_isready"), "-h", "127.0.0.1", "-p", str(port)]
        wait_for(lambda: subprocess.run(ready, check=False, **quiet).returncode == 0, "PostgreSQL")
        yield f"postgresql+psycopg://assent@127.0.0.1:{port}/{{}}"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)


def socket_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(check: Any, what: str, seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not check():
        if time.monotonic() > until:
            raise AssertionError(f"{what} did not come within {seconds:g} s")
        time.sleep(0.02)


class Assent:
    """Assent as its users run it: a folder, settings, and the command line in processes of its own."""

    def __init__(self, instance: Path, **settings: str) -> None:
        self.instance, self.home = instance, ROOT
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ASSENT_", "PYTHONDONTWRITEBYTECODE"))}
        kept |= {"PYTHONPYCACHEPREFIX": str(COMPILED)}
        self.environ = kept | {"ASSENT_INSTANCE": str(instance)}
        self.environ |= {f"ASSENT_{name}": value for name, value in settings.items()}
        self.processes: list[subprocess.Popen[str]] = []

    def run(self, *words: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app", *words],
            env=self.environ,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def json(self, *words: str) -> Any:
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def start(self, *words: str) -> subprocess.Popen[str]:
        with (self.instance.parent / f"{self.instance.name}-{words[0]}.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "app", *words],
                env=self.environ,
                cwd=self.home,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def up(self) -> str:
        """Start everything; answers the address once it is served."""
        process = self.start("up", "--bind", f"127.0.0.1:{free_port()}")
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("ready http://"), f"`assent up` said {line!r}"
        return line.split()[1]

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            if process.stdout:
                process.stdout.close()
        self.processes.clear()
