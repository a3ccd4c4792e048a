"""Where the web server listens: found, checked to be free, and told on stdout once it answers."""

import http.client
import socket
import threading
import time

import click
import structlog

from app.config import Config, SetUpError

log = structlog.get_logger("assent")

STARTING = 30.0
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def address(config: Config) -> str:
    """The numeric address of BIND's host, free to listen on; refused in one line when it is not."""
    try:
        family, kind, _, _, found = min(
            socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE),
            key=lambda row: row[0] is not socket.AF_INET,
        )
        # Granian's listeners share a port with anybody who shares it too, so a second server would go unnoticed.
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found)
            probe.listen()
    except OSError as error:
        says = error.strerror or str(error)
        raise SetUpError(
            f"cannot listen on {config.bind}: {says}; stop what is there or choose another --bind"
        ) from error
    return str(found[0])


def announce(config: Config, address: str) -> None:
    """Say on stdout when the server answers."""
    threading.Thread(target=_announce, args=(config, EVERYWHERE.get(address, address)), daemon=True).start()


def _announce(config: Config, address: str) -> None:
    until = time.monotonic() + STARTING
    while not _answers(address, config.port):
        if time.monotonic() > until:
            log.error("the web server does not answer yet", bind=config.bind)
            return
        time.sleep(0.02)
    host = f"[{address}]" if ":" in address else address
    click.echo(f"ready http://{host}:{config.port}")


def _answers(address: str, port: int) -> bool:
    # Not urllib: it would ask a proxy of the environment for our own machine.
    connection = http.client.HTTPConnection(address, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
