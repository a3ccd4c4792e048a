"""Hold an answer until there is news of a partner: a bounded number at a time, and none when the server is to end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Event
from uuid import UUID

from app.db import db
from app.queries import changes
from app.web import THREADS

# Those who wait occupy at most half of a web process's threads.
WAITERS = THREADS // 2
PAUSE = 0.2

ending = Event()
_places = BoundedSemaphore(WAITERS)


@contextmanager
def place() -> Iterator[bool]:
    """Whether one more may wait."""
    free = _places.acquire(blocking=False)
    try:
        yield free
    finally:
        if free:
            _places.release()


def for_news(partner: UUID, cursor: int, seconds: float) -> None:
    """Until there is a number beyond the cursor; between two looks no connection is held."""
    until = time.monotonic() + seconds
    db.session.rollback()
    while (left := until - time.monotonic()) > 0 and not ending.wait(min(PAUSE, left)):
        last = changes.newest(partner)
        db.session.rollback()
        if last > cursor:
            break
