"""Other languages' programs, run on what a test gives them."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.servers import missing

PACKAGES = Path(__file__).resolve().parent / "node"
NAMES = {
    "node": "Node.js",
    "php": "PHP",
    "mcs": "Mono",
    "mono": "Mono",
    "openssl": "OpenSSL",
}


def run(words: list[str | Path], given: str, folder: Path | None = None) -> str:
    """What it prints; whatever it complains about fails the test."""
    program = shutil.which(words[0])
    if program is None:
        missing(NAMES[str(words[0])])
        raise AssertionError(words)
    environ = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "NODE_PATH": str(PACKAGES)}
    done = subprocess.run(
        [program, *words[1:]],
        input=given,
        env=environ,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout
