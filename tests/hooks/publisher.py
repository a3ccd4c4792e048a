"""A server on this machine that publishes certificates by https, and other things in their place."""

import ipaddress
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.hooks.signers import certificate, ec_key, name, pem

HOST = "127.0.0.1"


class Publisher:
    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        self.pages: dict[str, tuple[int, bytes, dict[str, str]]] = {}
        self.server = ThreadingHTTPServer((HOST, 0), self._handler())
        self.server.socket = _context(folder).wrap_socket(self.server.socket, server_side=True)
        self.host = f"{HOST}:{self.server.server_port}"
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def publish(self, path: str, content: bytes, status: int = 200, **headers: str) -> str:
        self.pages[path] = (status, content, headers)
        return f"https://{self.host}{path}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.asked.append(self.path)
                status, content, headers = publisher.pages.get(self.path, (404, b"", {}))
                self.send_response(status)
                for header, value in ({"Content-Length": str(len(content))} | headers).items():
                    self.send_header(header, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        return Handler


def _context(folder: Path) -> ssl.SSLContext:
    key = ec_key("publisher")
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))])
    shown = certificate(name(HOST), key, name("Web"), ec_key("Web"), address)
    file = folder / "publisher.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + pem(shown))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@contextmanager
def publishing(folder: Path) -> Iterator[Publisher]:
    """Trusted by whoever asks this machine which authorities there are."""
    web = certificate(name("Web"), ec_key("Web"), name("Web"), ec_key("Web"), ca=True, ends=timedelta(days=900))
    (folder / "authorities.pem").write_bytes(pem(web))
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = str(folder / "authorities.pem")
    found = Publisher(folder)
    try:
        yield found
    finally:
        found.stop()
        del os.environ["SSL_CERT_FILE"]
        if before is not None:
            os.environ["SSL_CERT_FILE"] = before
