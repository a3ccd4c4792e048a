"""The worker process beside the web server: started anew when it dies, stopped with us."""

import subprocess
import sys
import threading

import structlog

log = structlog.get_logger("assent")

RESTART_PAUSE = 1.0
STOPPING = 40.0


class Crew:
    """One worker. It stops by itself when its stdin ends, so that it never outlives us, however we end."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._watch = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        self._watch.start()

    def _keep(self) -> None:
        while process := self._begin():
            code = process.wait()
            if not self._stopping.is_set():
                log.warning("the worker ended, starting it again", exit=code)
                self._stopping.wait(RESTART_PAUSE)

    def _begin(self) -> "subprocess.Popen[bytes] | None":
        with self._lock:
            if self._stopping.is_set():
                return None
            # A process group of its own: Ctrl-C in a terminal is for us, and we tell the worker.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app", "worker", "--until-eof"], stdin=subprocess.PIPE, process_group=0
            )
            return self._process

    def stop(self) -> None:
        with self._lock:
            self._stopping.set()
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOPPING)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._watch.join(5)
