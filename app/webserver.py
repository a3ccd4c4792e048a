"""The web server: Granian with our application, safe against a second signal, gone when its parent is."""

import _thread
import gc
import multiprocessing
import os
import signal
import socket
import threading
from typing import Any

from flask import Flask
from granian.constants import Interfaces
from granian.server import MPServer

from app import listening
from app.config import Config, SetUpError, load
from app.signals import ENDS
from app.web import THREADS


class Server(MPServer):
    """Granian's handler sets an event from inside the signal; two signals in a row (a terminal's Ctrl-C through make,
    `timeout`) then wait for each other for ever. Setting it from another thread cannot."""

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        self.interrupt_signal = True
        _thread.start_new_thread(self.main_loop_interrupt.set, ())

    def signal_handler_reload(self, *args: Any, **kwargs: Any) -> None:
        """A closed terminal ends us, where Granian would load the application anew."""
        if signal.SIGHUP in ENDS:
            self.signal_handler_interrupt()


def application() -> Flask:
    """What each web process serves."""
    gc.set_threshold(10_000, 20, 20)  # as for every command; a process of its own begins with the usual one
    from app import create_app, logs

    _follow_parent()
    _let_waiters_go()
    config = load()
    logs.set_up(config.log_format)
    return create_app(config)


def _follow_parent() -> None:
    """A web process hears of the end from its parent, not from the terminal, and does not outlive it."""
    os.setpgrp()
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=follow, daemon=True).start()


def _let_waiters_go() -> None:
    """Who waits for news must not hold up the end: the signal is heard here in a thread of our own, beside Granian."""
    from app.web.v1 import waiting

    hearing, heard = socket.socketpair()
    heard.setblocking(False)
    signal.set_wakeup_fd(heard.detach(), warn_on_full_buffer=False)

    def listen() -> None:
        with hearing:
            while hearing.recv(1)[0] not in ENDS:
                continue
        waiting.ending.set()

    threading.Thread(target=listen, daemon=True).start()


def serve(config: Config, address: str) -> None:
    # A process with threads must not fork: whatever lock another thread holds stays locked in the child for ever.
    multiprocessing.set_start_method("spawn", force=True)
    listening.announce(config, address)
    server = Server(
        "app.webserver:application",
        factory=True,
        address=address,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=config.web_workers,
        # As many as are needed at a time, up to this; one that was not needed for a while is gone.
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_enabled=False,
    )
    try:
        server.serve()
    except (OSError, RuntimeError) as error:
        says = (str(error).splitlines() or ["?"])[0]
        raise SetUpError(f"cannot listen on {config.bind}: {says}; choose another --bind") from error
    except SystemExit as ended:
        if ended.code:
            raise SetUpError("the web processes ended again and again; the lines above say why") from ended
        raise
