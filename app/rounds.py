"""What every loop of a worker needs: the database in threads, rounds that come again, and a way to end."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import structlog
from flask import Flask
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from app.core.refusals import Refused

log = structlog.get_logger("worker")
T = TypeVar("T")

TROUBLE_PAUSE = 1.0
# The database is away, full or busy, or somebody else was faster: the same again will do.
PASSING = (OperationalError, InterfaceError, PoolExhausted, Refused)


class Rounds:
    """Of one worker process; `stop` ends them."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.stop = asyncio.Event()
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="db")

    async def in_thread(self, work: Callable[..., T], *args: Any) -> T:
        def inside() -> T:
            with self.app.app_context():
                return work(*args)

        return await asyncio.get_running_loop().run_in_executor(self._threads, inside)

    async def repeat(self, work: Callable[[], Any], pause: float) -> None:
        """Call `work` until we stop; at once again while it reports progress, later when the database is away."""
        while not self.stop.is_set():
            try:
                if await work():
                    continue
                wait = pause
            except Exception as error:
                # A round that ended here would leave a worker that looks alive and does nothing.
                log.warning("trouble, trying again", error=line(error), exc_info=not isinstance(error, PASSING))
                wait = TROUBLE_PAUSE
            try:
                await asyncio.wait_for(self.stop.wait(), wait)
            except TimeoutError:
                continue

    def close(self) -> None:
        self._threads.shutdown()


def line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
