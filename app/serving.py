"""The long-running processes: the web server, the worker, and both together."""

import asyncio
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import IO, cast

import click
import structlog

from app import config as settings
from app import logs, preparation
from app.config import Config, SetUpError

log = structlog.get_logger("assent")

STARTING = 30.0
RESTART_PAUSE = 2.0
STOPPING = 40.0


def _config(bind: str | None) -> Config:
    """Settings with `--bind` put where the processes to come will read it too."""
    if bind:
        os.environ["ASSENT_BIND"] = bind
    config = settings.load()
    logs.set_up(config.log_format)
    preparation.prepare(config)
    return config


def _prepared(config: Config) -> None:
    from app import create_app
    from app.db import db

    with create_app(config).app_context():
        preparation.prepare_database(config)
        db.engine.dispose()


def _only_web(config: Config) -> IO[str] | None:
    """On SQLite one web process serves; a second one is told so."""
    if not config.sqlite:
        return None
    lock = (config.instance / "web.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise SetUpError(
            f"a web process already serves {config.instance}; stop it first, "
            "or set DATABASE_URL to PostgreSQL to run several"
        ) from error
    return lock


def web(bind: str | None = None) -> None:
    config = _config(bind)
    lock = _only_web(config)
    _prepared(config)
    _serve(config)
    if lock:
        lock.close()


def up(bind: str | None = None) -> None:
    config = _config(bind)
    lock = _only_web(config)
    _prepared(config)
    check_relays(config)
    crew = Crew()
    crew.start()
    try:
        _serve(config)
    finally:
        crew.stop()
    if lock:
        lock.close()


def _serve(config: Config) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    threading.Thread(target=announce, args=(config,), daemon=True).start()
    server = Granian(
        "app:create_app",
        factory=True,
        address=config.host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=config.web_workers,
        blocking_threads=4,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_enabled=False,
    )
    try:
        server.serve()
    except OSError as error:
        raise SetUpError(f"cannot listen on {config.bind}: {error}; choose another --bind") from error


def announce(config: Config) -> None:
    """Say on stdout when the server answers."""
    host = "127.0.0.1" if config.host in ("0.0.0.0", "::") else config.host  # noqa: S104
    address = f"http://[{host}]:{config.port}" if ":" in host else f"http://{host}:{config.port}"
    until = time.monotonic() + STARTING
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2).close()  # noqa: S310
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
            continue
        click.echo(f"ready {address}")
        return


class Crew:
    """The worker process beside the web server: started anew when it dies, stopped with us."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._watch = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        self._watch.start()

    def _keep(self) -> None:
        while not self._stopping.is_set():
            self._process = subprocess.Popen([sys.executable, "-m", "app", "worker"])
            code = self._process.wait()
            if not self._stopping.is_set():
                log.warning("the worker ended, starting it again", exit=code)
                self._stopping.wait(RESTART_PAUSE)

    def stop(self) -> None:
        self._stopping.set()
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOPPING)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._watch.join(5)


def check_relays(config: Config) -> None:
    """At start at least one relay must answer; later failures only postpone mail."""
    if config.smtp_url:
        from app.diagnosis import reach

        async def all_of_them() -> list[str]:
            checks = [await reach(relay) for relay in config.smtp_url]
            return [f"{c.name}: {c.says}" for c in checks if c.verdict != "ok"]

        faults = asyncio.run(all_of_them())
        if len(faults) == len(config.smtp_url):
            raise SetUpError(f"cannot reach {faults[0]}")
        for fault in faults:
            log.warning("a relay does not answer", says=fault)


def worker() -> None:
    config = _config(None)
    _prepared(config)
    check_relays(config)
    from app import create_app
    from app.worker import Worker

    async def run() -> None:
        crew = Worker(create_app(config))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, crew.stop.set)
        await crew.run()

    with asyncio.Runner(loop_factory=_loop()) as runner:
        runner.run(run())


def _loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return cast("Callable[[], asyncio.AbstractEventLoop]", uvloop.new_event_loop)
