"""`assent catalogue`: versions, their documents, and who is on which."""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from app.models import Machine
from tests.cli.terminal import Terminal, attestation, run
from tests.engines import on_sqlite  # noqa: F401

MCA, CLOUD = "MicrosoftCustomerAgreement", "MicrosoftCloudAgreement"
DAY = timedelta(days=1)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "mca.docx"
    path.write_bytes(b"the agreement, " + uuid.uuid4().bytes)
    return path


def publish(*more: str, kind: str = "--minor", **days: str) -> list[str]:
    return ["catalogue", "publish", kind, *(f"--{name}={day}" for name, day in days.items()), *more]


def versions(terminal: Terminal, kind: str = MCA) -> list[dict[str, Any]]:
    return [item for item in terminal.json("catalogue", "list")["items"] if item["type"] == kind]


def later(terminal: Terminal, days: int = 0) -> str:
    """A day after all that was published before, and after today."""
    last = max(*(item["effective"] for item in versions(terminal)), datetime.now(UTC).date().isoformat())
    return (datetime.fromisoformat(last) + (1 + days) * DAY).date().isoformat()


def test_what_comes_with_assent_is_listed(tmp_path: Path) -> None:
    """On an instance of its own, where nothing else was published."""
    done = run("catalogue", "list", INSTANCE=str(tmp_path))
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        f"{MCA} version 0 (material), published 2019-10-01, asked for from 2019-10-01: 0 customers",
        "  template 117a77b0-9360-443b-8795-c6dedc750cf9",
        f"{CLOUD} version 0 (material), published 2018-08-07, asked for from 2018-08-07: 0 customers",
        "  template 998b88de-aa99-4388-a42c-1b3517d49490",
    ]


def test_a_version_is_published_with_its_documents(terminal: Terminal, text: Path) -> None:
    day, grace = later(terminal), later(terminal, 30)
    documents = ["--document", f"*:en-US:{text}", "--document", f"SE:sv-SE:{text}"]
    found = terminal.json(*publish(*documents, kind="--material", published=day, grace=grace))
    sha256 = hashlib.sha256(text.read_bytes()).hexdigest()
    assert (found["type"], found["material"], found["published"], found["grace"]) == (MCA, True, day, grace)
    assert found["documents"] == [f"* en-US {sha256}", f"SE sv-SE {sha256}"]
    listed = versions(terminal)[-1]
    assert (listed["versionRank"], listed["effective"], listed["grace"]) == (found["versionRank"], day, grace)
    assert (listed["current"], listed["customers"]) == (False, 0)
    assert [one["sha256"] for one in listed["documents"]] == [sha256, sha256]
    assert terminal.row("blob", sha256=sha256).size == len(text.read_bytes())
    assert f"  SE sv-SE  {sha256}  mca.docx" in terminal("catalogue", "list").out.splitlines()


def test_a_material_version_holds_orders_up_after_its_grace(terminal: Terminal) -> None:
    partner = terminal.partner()
    customer = terminal.tenant(partner)
    terminal.json(*attestation(customer, terminal.staff(partner)))
    day, grace = later(terminal, 100), later(terminal, 130)
    terminal.json(*publish(kind="--material", published=day, grace=grace))
    rank = versions(terminal)[-1]["versionRank"]
    with terminal.engine.begin() as connection:
        # Whoever is on the version before this one, whatever was published before.
        known = Machine.customer_id == uuid.UUID(customer)
        connection.execute(update(Machine).where(known).values(accepted_version=rank - 1))

    def asked(on: str, *more: str) -> tuple[str, list[str]]:
        found = terminal.json("eligibility", customer, "--as-of", on, *more)
        return found["decision"], found["warnings"]

    before = (datetime.fromisoformat(grace) - DAY).date().isoformat()
    assert asked(day) == asked(before) == ("allow", ["reconfirm"])
    assert asked(grace) == ("deny", [])
    for operation in ("seat-change", "renewal"):
        assert asked(grace, "--operation", operation)[0] == "deny"
    assert asked(grace, "--operation", "auto-renewal") == ("allow", [])
    assert terminal.json("what-if", "--partner", partner, "--as-of", before)["allow"] == 1
    assert terminal.json("what-if", "--partner", partner, "--as-of", grace)["deny"] == 1


def test_the_list_counts_who_is_on_which_version(terminal: Terminal) -> None:
    partner, other = terminal.partner(), terminal.partner()
    by = terminal.staff(partner)
    for _ in range(2):
        terminal.json(*attestation(terminal.tenant(partner), by))
    terminal.json(*attestation(terminal.tenant(other), terminal.staff(other)))
    terminal.tenant(partner)

    def count(*words: str) -> int:
        items = terminal.json("catalogue", "list", *words)["items"]
        return sum(int(item["customers"]) for item in items if item["current"])

    assert (count("--partner", partner), count("--partner", other)) == (2, 1)
    assert count() >= 3


def test_a_text_is_added_later_and_never_exchanged(desk: Terminal, text: Path) -> None:
    words = ["catalogue", "document", "--rank", "0", "--document"]
    place = f"FI:fi-FI:{text}"
    found = desk.json(*words, place)
    assert found["documents"] == [f"FI fi-FI {hashlib.sha256(text.read_bytes()).hexdigest()}"]
    text.write_bytes(b"something else")
    assert desk.refused(*words, place) == "already-exists"
    assert desk.refused(*words, f"XX:fi-FI:{text}") == "invalid-value"
    assert desk.refused(*words, f"FI:f i:{text}") == "invalid-value"
    assert desk.refused("catalogue", "document", "--rank", "99", "--document", f"SE:sv-SE:{text}") == "not-found"


def test_a_version_whose_documents_are_refused_is_not_published(desk: Terminal, text: Path) -> None:
    day, empty = later(desk), text.with_name("empty.docx")
    empty.touch()
    assert desk.refused(*publish("--document", f"XX:en-US:{text}", published=day)) == "invalid-value"
    twice = [word for _ in range(2) for word in ("--document", f"*:en-US:{text}")]
    assert desk.refused(*publish(*twice, published=day)) == "already-exists"
    assert desk.refused(*publish("--document", f"*:en-US:{empty}", published=day)) == "invalid-value"
    before = desk.counts()
    done = desk(*publish("--document", f"*:en-US:{text}x", published=day))
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert f"{text}x" in done.err
    assert desk.counts() == before


@pytest.mark.parametrize(
    ("kind", "days", "named"),
    [
        ("--material", {"effective": -1}, "effective"),
        ("--material", {"effective": 5, "grace": 4}, "grace"),
        ("--minor", {"grace": 5}, "grace"),
    ],
)
def test_dates_that_make_no_sense_are_refused(desk: Terminal, kind: str, days: dict[str, int], named: str) -> None:
    words = publish(kind=kind, published=later(desk), **{name: later(desk, day) for name, day in days.items()})
    assert desk.refused(*words) == "invalid-value"
    assert named in desk(*words).err
    assert desk.refused(*publish(kind=kind, published="2019-01-01")) == "invalid-value"


def test_words_that_make_no_publication_are_misuse(desk: Terminal) -> None:
    assert "--material" in desk.misused("catalogue", "publish", "--published", "2027-01-01")
    assert "'soon' is not a day" in desk.misused(*publish(published="soon"))
    assert "is not COUNTRY:LANGUAGE:FILE" in desk.misused(*publish("--document", "mca.docx", published="2027-01-01"))
    assert "give --document" in desk.misused("catalogue", "document", "--rank", "0")
