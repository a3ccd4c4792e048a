"""Canaries: links, codes and passwords are in the mails they were sent in, and nowhere else that anything is kept."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import create_app
from app.config import load
from app.db import db
from tests.canary import story as steps
from tests.canary.relay import Echo
from tests.canary.searching import found
from tests.canary.story import Story, begin, dropped
from tests.conftest import create_database
from tests.servers import Assent, missing
from tests.sizes import FULL

# Engine, way of the mails, form of the log. Two of them have each of these once.
WAYS = [("sqlite", "smtp", "json")]
if FULL:
    WAYS += [
        ("sqlite", "drop", "text"),
        ("postgresql", "smtp", "json"),
        ("sqlite", "smtp", "text"),
        ("postgresql", "smtp", "text"),
    ]
    WAYS += [("postgresql", "drop", "json"), ("sqlite", "drop", "json"), ("postgresql", "drop", "text")]


@pytest.fixture
def story(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Story]:
    engine, way, log = request.param
    settings = {"LOG_FORMAT": log}
    if engine == "postgresql":
        settings["DATABASE_URL"] = create_database(
            request.getfixturevalue("postgres"), request.getfixturevalue("postgres_mould")
        )
    relay = Echo() if way == "smtp" else None
    if relay:
        relay.start()
        settings["SMTP_URL"] = relay.url(option="off")
    assent = Assent(tmp_path / "instance", **settings)
    address = assent.up()
    app = create_app(load({name: value for name, value in assent.environ.items() if name.startswith("ASSENT_")}))
    with app.app_context():
        yield begin(assent, address, app, relay)
        db.session.remove()
        db.engine.dispose()
    assent.stop()
    if relay:
        relay.stop()


def dump(url: str) -> bytes:
    """The whole database as its own tool writes it, with bytes in hex."""
    tool = shutil.which("pg_dump")
    if not tool:
        missing("PostgreSQL")
    address = url.replace("postgresql+psycopg", "postgresql")
    done = subprocess.run([str(tool), "--inserts", address], capture_output=True, check=True, timeout=60)
    return done.stdout


def kept(story: Story) -> dict[str, bytes]:
    """Everything that is kept by name, but for the mails themselves."""
    files = [path for path in story.assent.instance.rglob("*") if path.is_file() and path.suffix != ".eml"]
    places = {str(path.relative_to(story.assent.instance)): path.read_bytes() for path in files}
    for log in story.assent.instance.parent.glob("*.log"):
        places[log.name] = log.read_bytes()
    url = story.app.extensions["assent"].config.database_url
    if url.startswith("postgresql"):
        places["dump"] = dump(url)
    return places


def leaks(story: Story) -> list[tuple[str, int]]:
    return [
        (name, number)
        for name, content in kept(story).items()
        for number, secret in enumerate(story.secrets)
        if found(secret, content)
    ]


@pytest.mark.soak
@pytest.mark.parametrize("story", WAYS, indirect=True, ids="-".join)
def test_secrets_are_in_their_mails_and_nowhere_else(story: Story) -> None:
    steps.accept_with_credentials(story)
    steps.renew(story)
    steps.mail_a_password(story)
    if story.relay:
        steps.fail(story, "refused@woodgrove.example", in_mail=False)
        steps.fail(story, "later@woodgrove.example", in_mail=True)
        steps.fail(story, "unwanted@woodgrove.example", in_mail=False)
    steps.break_down(story)
    assert len(story.secrets) == len(set(story.secrets)) > (20 if story.relay else 12)
    before = kept(story)
    assert any(name.endswith((".db-wal", "dump")) for name in before)
    assert leaks(story) == []
    mails = [letter.data for letter in story.relay.letters] if story.relay else dropped(story.assent)
    told = [secret for secret in story.secrets if any(found(secret, mail) for mail in mails)]
    assert len(told) > 8, "what is looked for is found where it is"
    process = story.assent.processes[0]
    process.terminate()
    said, _ = process.communicate(timeout=30)
    assert not [secret for secret in story.secrets if found(secret, said.encode())]
    assert leaks(story) == [], "nor when everything was written down at the end"
