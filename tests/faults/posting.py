"""Programs that post to a running Assent: many at once, or at a steady rate, each until it has its answer."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from app.config import Config
from tests.faults.test_up import served as answers
from tests.servers import Assent, free_port, wait_for

PATIENCE = 120.0
PAUSE = 0.1
MOST = 20
# SQLite is served by one web process.
WEB_WORKERS = {"sqlite": "1", "postgresql": "2"}
# Answers that decide nothing: the same request, sent again, may be done.
PASSING = {409, 500, 502, 503, 504}


@dataclass(frozen=True)
class Post:
    """One request; `key` stays the same however often it is sent."""

    path: str
    body: bytes
    token: str
    kind: str = "application/json"
    key: str = field(default_factory=lambda: str(uuid4()))

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Content-Type": self.kind, "MS-RequestId": self.key}


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes
    replayed: bool

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def send(connection: HTTPConnection, post: Post) -> Reply:
    connection.request("POST", post.path, post.body, post.headers)
    answer = connection.getresponse()
    return Reply(answer.status, answer.read(), answer.headers.get("Idempotent-Replayed") == "true")


def connect(address: str) -> HTTPConnection:
    where = urlsplit(address)
    return HTTPConnection(where.hostname or "", where.port, timeout=PATIENCE)


def ask(address: str, post: Post) -> Reply:
    with closing(connect(address)) as connection:
        return send(connection, post)


def at_once(address: str, posts: Sequence[Post]) -> list[Reply]:
    """Each over a connection of its own, all at the same moment."""
    start = threading.Barrier(len(posts))

    def one(post: Post) -> Reply:
        with closing(connect(address)) as connection:
            connection.connect()
            start.wait(PATIENCE)
            return send(connection, post)

    with ThreadPoolExecutor(len(posts)) as pool:
        return list(pool.map(one, posts))


@dataclass
class Stream:
    """Posts at a steady rate; each is sent again, with its key, until an answer decides it."""

    address: str
    rate: float
    replies: dict[str, Reply] = field(default_factory=dict)
    # How many are on their way, and how many were cut off there.
    flying: int = 0
    cut: int = 0
    sent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)

    def start(self, post: Post) -> None:
        """When it is its turn, and no sooner than there are few that still have no answer."""
        time.sleep(max(0.0, self._began + len(self._threads) / self.rate - time.monotonic()))
        while len(self._threads) - len(self.replies) >= MOST:
            time.sleep(PAUSE)
        thread = threading.Thread(target=self._insist, args=(post,))
        self._threads.append(thread)
        thread.start()

    def end(self) -> None:
        for thread in self._threads:
            thread.join(PATIENCE)

    def _insist(self, post: Post) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            reply = self._try(post)
            if reply and reply.status not in PASSING:
                self.replies[post.key] = reply
                return
            time.sleep(PAUSE)

    def _try(self, post: Post) -> Reply | None:
        connection = connect(self.address)
        try:
            connection.connect()
        except OSError:
            return None
        self._count(flying=1, sent=1)
        try:
            return send(connection, post)
        except (OSError, HTTPException):
            self._count(cut=1)
            return None
        finally:
            self._count(flying=-1)
            connection.close()

    def _count(self, **changes: int) -> None:
        with self._lock:
            for name, change in changes.items():
                setattr(self, name, getattr(self, name) + change)


@contextmanager
def served(config: Config) -> Iterator[tuple[Assent, str]]:
    """The web processes alone: no worker changes what is counted."""
    engine = config.database_url.partition("+")[0].partition(":")[0]
    settings = {"RATE_LIMIT": "0", "WEB_WORKERS": WEB_WORKERS[engine]}
    assent = Assent(config.instance, DATABASE_URL=config.database_url, **settings)
    port = free_port()
    try:
        start(assent, port)
        yield assent, f"http://127.0.0.1:{port}"
    finally:
        assent.stop()


def start(assent: Assent, port: int) -> None:
    assent.start("web", "--bind", f"127.0.0.1:{port}")
    wait_for(lambda: answers(f"http://127.0.0.1:{port}"), "the web server", PATIENCE)
