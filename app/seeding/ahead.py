"""Batches made up by a second process, so that one core thinks while the other writes."""

import gc
import signal
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection

from app.seeding.portfolios import Plan, Sower
from app.seeding.rows import Rows


def batches(plan: Plan) -> Iterator[Rows]:
    """The batches of a plan; a single one is not worth a process."""
    return Sower(plan).batches() if plan.customers <= plan.together else _received(plan)


def _received(plan: Plan) -> Iterator[Rows]:
    context = get_context("spawn")
    reading, writing = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(plan, writing), daemon=True)
    process.start()
    writing.close()
    with reading:
        for _ in range(0, plan.customers, plan.together):
            try:
                yield reading.recv()
            except EOFError as error:
                raise OSError(
                    "the process that makes up customers has ended; what was added so far is whole"
                ) from error
    process.join()


def _send(plan: Plan, writing: Connection) -> None:
    # The pipe says when the writer is gone, however it went; of rows without cycles there is no garbage to look for.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    with suppress(BrokenPipeError):
        for rows in Sower(plan).batches():
            writing.send(rows)
