"""A receiver of webhooks: keeps what came, answers as it is told to, can be down and come back at its address."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.servers import free_port

ALLOWED = {"WEBHOOK_ALLOW": "127.0.0.0/8"}


@dataclass(frozen=True)
class Posted:
    headers: dict[str, str]
    body: bytes
    path: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass(frozen=True)
class Answer:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0


FINE = Answer()


class Receiver:
    """`answers` are given one after the other, then `usually`."""

    def __init__(self) -> None:
        self.port = free_port()
        self.got: list[Posted] = []
        self.answers: Iterator[Answer] = iter(())
        self.usually = FINE
        self._server: ThreadingHTTPServer | None = None
        self.up()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def up(self) -> None:
        self._server = _Server(("127.0.0.1", self.port), _handler(self._answer))
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _answer(self, posted: Posted) -> Answer:
        self.got.append(posted)
        answer = next(self.answers, self.usually)
        time.sleep(answer.after)
        return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Being down means that nothing is answered any more, on connections that are open neither.
    block_on_close = False

    def __init__(self, *given: Any) -> None:
        self.open: set[Any] = set()
        super().__init__(*given)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.add(request)
        super().process_request(request, client_address)

    def server_close(self) -> None:
        super().server_close()
        for request in list(self.open):
            self.shutdown_request(request)

    def close_request(self, request: Any) -> None:
        self.open.discard(request)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is not news."""


def _handler(answered: Callable[[Posted], Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = answered(Posted(headers, body, self.path))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Silence: what came is kept."""

    return Handler
