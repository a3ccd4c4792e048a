"""Fixtures: an application on SQLite and on PostgreSQL, the cast, real servers, a real browser."""

import gc
import os
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

import tests.goldens
import tests.sizes  # noqa: F401  they read their variables before all of them are dropped below
from app import create_app, schema
from app.auth import passwords
from app.config import Config, load
from app.db import db
from tests import channel as channels
from tests.cast import Cast, introduce
from tests.engines import copied
from tests.receiver import Receiver
from tests.servers import COMPILED, Assent, postgresql
from tests.telling import Telling, telling

if sys.dont_write_bytecode:  # past the source then: each worker would compile every test anew
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(COMPILED)

for name in [name for name in os.environ if name.startswith("ASSENT_")]:
    del os.environ[name]

# How long an example takes says something about the machine the tests share, not about what they try.
settings.register_profile("assent", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("assent")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first: a worker that begins one last keeps the others waiting."""
    long = {item.path for item in items if item.get_closest_marker("soak")}
    items.sort(key=lambda item: item.path not in long)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the collector need not go through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _passwords_hashed_quickly() -> Iterator[None]:
    """The same hash with a thousandth of the memory; processes of their own make the real one (cli/test_help.py)."""
    real, passwords._hasher = passwords._hasher, PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    yield
    passwords._hasher = real


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a running PostgreSQL, `{}` standing for the database."""
    # Not below pytest's own folder, which another run of the same user closes to the server's user.
    with tempfile.TemporaryDirectory(prefix="assent-") as folder, postgresql(Path(folder) / "server") as address:
        yield address


def create_database(address: str, like: str = "template1") -> str:
    """A fresh database on the running server: empty, or a copy."""
    import psycopg

    name = f"assent_{uuid.uuid4().hex[:12]}"
    plain = address.format("postgres").replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    return address.format(name)


def migrated(url: str, instance: Path) -> str:
    """The same database, at this code's schema and with nobody connected to it."""
    app = create_app(load({"ASSENT_INSTANCE": str(instance), "ASSENT_DATABASE_URL": url}))
    with app.app_context():
        schema.upgrade(db.engine)
        db.engine.dispose()
    return url


@pytest.fixture(scope="session")
def sqlite_mould(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file: to copy it takes a hundredth of the time of migrating anew."""
    folder = tmp_path_factory.mktemp("mould")
    migrated(f"sqlite:///{folder / 'assent.db'}", folder)
    return folder / "assent.db"


@pytest.fixture(scope="session")
def postgres_mould(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated database."""
    return migrated(create_database(postgres), tmp_path_factory.mktemp("mould")).rpartition("/")[2]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Each storage test runs on both engines; one migrated database a module."""
    if request.param == "postgresql":
        return create_database(request.getfixturevalue("postgres"), request.getfixturevalue("postgres_mould"))
    return copied(request.getfixturevalue("sqlite_mould"), tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="module")
def config(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Config:
    instance = tmp_path_factory.mktemp("instance")
    return load({"ASSENT_INSTANCE": str(instance), "ASSENT_DATABASE_URL": database_url, "ASSENT_RATE_LIMIT": "0"})


@pytest.fixture(scope="module")
def built(config: Config) -> Iterator[Flask]:
    """The application on a migrated database."""
    app = create_app(config)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(built: Flask) -> Iterator[Flask]:
    with built.app_context():
        yield built


@pytest.fixture
def cast(app: Flask) -> Cast:
    return introduce()


@pytest.fixture
def channel(app: Flask) -> channels.Channel:
    return channels.introduce()


@pytest.fixture
def client(built: Flask) -> FlaskClient:
    return built.test_client()


@pytest.fixture
def assent(tmp_path: Path) -> Iterator[Assent]:
    """Assent in processes of its own, on SQLite."""
    installation = Assent(tmp_path / "instance")
    yield installation
    installation.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Whom webhooks are posted to."""
    found = Receiver()
    yield found
    found.down()


@pytest.fixture
def clock(app: Flask) -> Iterator[Telling]:
    """A worker's rounds with endpoints, on a clock that is set by hand."""
    with telling(app) as found:
        yield found
