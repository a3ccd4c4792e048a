"""The long-running processes: the web server, the worker, and both together."""

import asyncio
import fcntl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import structlog

from app import listening, logs, preparation, webserver
from app.config import Config, SetUpError
from app.crew import Crew
from app.signals import ENDS

log = structlog.get_logger("assent")

# Seconds that one thread computes before another one may.
SHARE = 0.0005


def web(config: Config) -> None:
    _start(config)
    with _only_web(config):
        address = listening.address(config)
        _prepare(config)
        webserver.serve(config, address)


def up(config: Config) -> None:
    _start(config)
    with _only_web(config):
        address = listening.address(config)
        _prepare(config)
        check_relays(config)
        crew = Crew()
        try:
            crew.start()
            webserver.serve(config, address)
        finally:
            crew.stop()


def worker(config: Config, until_eof: bool = False) -> None:
    # Relays are answered within a millisecond or so, also while the database is written in another thread.
    sys.setswitchinterval(SHARE)
    _start(config)
    _prepare(config)
    check_relays(config)
    with asyncio.Runner(loop_factory=_loop()) as runner:
        runner.run(_work(config, until_eof))


def _start(config: Config) -> None:
    logs.set_up(config.log_format)
    preparation.prepare(config)


@contextmanager
def _only_web(config: Config) -> Iterator[None]:
    """On SQLite one web process serves; a second one is told so."""
    if not config.sqlite:
        yield
        return
    with (config.instance / "web.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SetUpError(
                f"a web process already serves {config.instance}; stop it first, "
                "or set DATABASE_URL to PostgreSQL to run several"
            ) from error
        yield


def _prepare(config: Config) -> None:
    from app import create_app
    from app.db import db

    with create_app(config, web=False).app_context():
        preparation.prepare_database(config)
        db.engine.dispose()


def check_relays(config: Config) -> None:
    """At start at least one relay must answer; later failures only postpone mail."""
    from app.diagnosis import relays

    checks = asyncio.run(relays(config))
    faults = [f"{check.name}: {check.says}" for check in checks if check.verdict != "ok"]
    if faults and len(faults) == len(checks):
        raise SetUpError(f"cannot send mail over {faults[0]}")
    for fault in faults:
        log.warning("a relay does not answer", says=fault)


async def _work(config: Config, until_eof: bool) -> None:
    from app import create_app
    from app.worker import Worker

    crew = Worker(create_app(config, web=False))
    loop = asyncio.get_running_loop()
    for number in ENDS:
        loop.add_signal_handler(number, crew.rounds.stop.set)
    if until_eof:
        loop.add_reader(sys.stdin, crew.rounds.stop.set)
    await crew.run()


def _loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return cast("Callable[[], asyncio.AbstractEventLoop]", uvloop.new_event_loop)
