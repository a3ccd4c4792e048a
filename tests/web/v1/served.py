"""A real `assent web` with somebody in its database, and an application beside it to tell stories with."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from app import create_app
from app.config import load
from app.db import db
from tests.servers import Assent, free_port


@dataclass(frozen=True)
class Served:
    address: str
    app: Flask
    assent: Assent


@contextmanager
def served(folder: Path, mould: Path) -> Iterator[Served]:
    """One start; what goes wrong in the server, though it be answered, fails the tests."""
    assent, bind = Assent(folder / "instance"), f"127.0.0.1:{free_port()}"
    assent.instance.mkdir()
    shutil.copyfile(mould, assent.instance / "assent.db")
    app = create_app(load({"ASSENT_INSTANCE": str(assent.instance), "ASSENT_BIND": bind}))
    try:
        process = assent.start("web", "--bind", bind)
        assert process.stdout
        assert process.stdout.readline() == f"ready http://{bind}\n"
        with app.app_context():
            yield Served(f"http://{bind}", app, assent)
            db.session.remove()
            db.engine.dispose()
    finally:
        assent.stop()
    assert "Traceback" not in (folder / "instance-web.log").read_text(encoding="utf-8")
