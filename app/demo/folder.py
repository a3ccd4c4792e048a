"""The folder of the demo: made once as a whole, thrown away on demand, never anybody else's."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from app import create_app, preparation
from app.config import MADE_UP, Config, SetUpError
from app.db import db, transaction
from app.demo import wires
from app.demo.making import make as tell
from app.models import Machine

BEGUN, LOCK = "demo.part", "web.lock"


def is_made(config: Config) -> bool:
    return (config.instance / MADE_UP).is_file()


@contextmanager
def alone(config: Config) -> Iterator[None]:
    """Nobody serves the demo at this moment, nor makes it."""
    config.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (config.instance.parent / f"{config.instance.name}.lock").open("a") as making:
        with (config.instance / LOCK).open("a") as serving:
            try:
                for lock in (making, serving):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise SetUpError(f"the demo in {config.instance} is running already; stop it first") from error
        yield


def clear(config: Config) -> None:
    """Only what a demo left there."""
    left = [path for path in config.instance.iterdir() if path.name != LOCK]
    if left and not {path.name for path in left} & {MADE_UP, BEGUN}:
        raise SetUpError(f"{config.instance} holds something else than a demo; move it away")
    # What says so goes last.
    for path in sorted(left, key=lambda path: path.name in (MADE_UP, BEGUN)):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def make(config: Config, many: int) -> int:
    """How many agreements there are then. One that was ended halfway begins anew."""
    clear(config)
    preparation.prepare(config)
    (config.instance / BEGUN).touch()
    app = create_app(config)
    with app.app_context():
        preparation.prepare_database(config)
        tell(app, config.base_url, many)
        found = db.session.scalar(select(func.count()).select_from(Machine)) or 0
        db.session.remove()
        db.engine.dispose()
    (config.instance / BEGUN).rename(config.instance / MADE_UP)
    return found


def move(config: Config) -> None:
    """Made before, it may be served elsewhere now."""
    app = create_app(config, web=False)
    with app.app_context():
        preparation.prepare_database(config)
        with transaction():
            wires.move(config.base_url)
        db.session.remove()
        db.engine.dispose()
