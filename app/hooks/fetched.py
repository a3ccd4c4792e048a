"""Certificate files from where they are published: fetched from vetted addresses only, and kept for an hour."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse, HTTPSConnection

from app.core.refusals import Reason, Refused, refuse_if
from app.hooks.certificates import Address
from app.hooks.guard import Guard, Unsafe, Why

PATIENCE = 5.0
LARGEST = 64 * 1024
KEPT_FOR, MOST = 3600.0, 16
# A file that is younger than this is not fetched again because a signature does not fit it.
FRESH = 60.0
# Whoever sends forgeries makes us fetch: never more than so many at a time, and nobody waits in line.
AT_A_TIME = 4


@dataclass
class Shelf:
    """Files that have made a signature good, by their addresses."""

    _kept: dict[str, tuple[float, bytes]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _room: threading.Semaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_A_TIME))

    def known(self, url: str) -> tuple[bytes, bool] | None:
        """A file that was fetched in the last hour, and whether only just now."""
        since, file = self._kept.get(url, (0.0, b""))
        age = time.monotonic() - since
        return (file, age < FRESH) if file and age < KEPT_FOR else None

    def keep(self, url: str, file: bytes) -> None:
        with self._lock:
            self._kept.pop(url, None)
            if len(self._kept) >= MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[url] = (time.monotonic(), file)

    def fetch(self, url: str, address: Address, guard: Guard) -> bytes:
        if not self._room.acquire(blocking=False):
            raise Refused(Reason.CERTIFICATE_UNREACHABLE)
        try:
            guard.check(url)
            status, file = _download(address, guard.addresses(address.host, plain=False))
        except Unsafe as error:
            refuse_if(error.why is Why.UNRESOLVABLE, Reason.CERTIFICATE_UNREACHABLE)
            raise Refused(Reason.BAD_SIGNATURE, what="certificate's address") from error
        except (OSError, HTTPException) as error:
            raise Refused(Reason.CERTIFICATE_UNREACHABLE) from error
        finally:
            self._room.release()
        passing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS
        refuse_if(passing, Reason.CERTIFICATE_UNREACHABLE)
        # Elsewhere is not where the certificate was said to be: nothing is followed.
        refuse_if(status != HTTPStatus.OK or len(file) > LARGEST, Reason.BAD_SIGNATURE, what="certificate")
        return file


class _Pinned(HTTPSConnection):
    """Connects to addresses that were vetted; the server has to show a certificate of the name all the same."""

    def __init__(self, address: Address, vetted: Sequence[str]) -> None:
        self.tls, self.vetted = ssl.create_default_context(), vetted
        self.opened: socket.socket | None = None
        self.late = False
        super().__init__(address.host, address.port, timeout=PATIENCE, context=self.tls)

    def connect(self) -> None:
        plain = _first(self.vetted, self.port)
        self.sock = self.opened = self.tls.wrap_socket(plain, server_hostname=self.host)
        if self.late:
            raise TimeoutError


def _first(vetted: Sequence[str], port: int) -> socket.socket:
    """A connection to the first of them that can be reached: not every network has both kinds of addresses."""
    *others, last = vetted
    for one in others:
        with suppress(OSError):
            return socket.create_connection((one, port), PATIENCE / len(vetted))
    return socket.create_connection((last, port), PATIENCE)


def _download(address: Address, vetted: Sequence[str]) -> tuple[int, bytes]:
    connection = _Pinned(address, vetted)
    with _watched(connection):
        connection.request("GET", address.path, headers={"Connection": "close", "User-Agent": "Assent"})
        answer: HTTPResponse = connection.getresponse()
        return answer.status, answer.read(LARGEST + 1)


@contextmanager
def _watched(connection: _Pinned) -> Iterator[None]:
    """A server that answers byte by byte does not hold us for longer than one that is silent."""
    watch = threading.Timer(PATIENCE, _cut, [connection])
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
        connection.close()


def _cut(connection: _Pinned) -> None:
    connection.late = True
    with suppress(OSError):
        if connection.opened:
            socket.socket.shutdown(connection.opened, socket.SHUT_RDWR)
