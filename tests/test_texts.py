"""The project's own text: no registry's address in it, an answer for every refusal, a CHECK for every vocabulary."""

import ast
import re
import string
import subprocess
import typing
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from sqlalchemy import CheckConstraint, Column
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

import app.models  # noqa: F401  the metadata is complete only with every table
from app.core import carrying, hooks, languages, tally, vocabulary
from app.core.lifecycle import INVITATION_CLOSED, Event, State
from app.core.permissions import TABLE, Action, refusal
from app.core.refusals import Reason, Refused
from app.db import Base
from app.errors import ANSWERS, answer
from tests.core.test_permissions import TYPES, act

ROOT = Path(__file__).resolve().parent.parent
LOCKS = [ROOT / folder / "requirements.lock" for folder in ("", "tests", "tests/bench")]

# In pieces, so that this file is not among those it looks for.
HOSTS = ["py" + "pi", "python" + "hosted", "npm" + "js", "arti" + "factory", "ne" + "xus", "j" + "frog", "dev" + "pi"]
SIGNS = "|".join([*HOSTS, "regis" + "try", "mir" + "ror", "pac" + "kages", "index" + r"\."])
URL = rf"://[^/\s\"'`]*({SIGNS})"
BARE = rf"\b({'|'.join(HOSTS)})\.[a-z]{{2,}}"
OPTION = r"--(extra-)?index-url[ =]\S"
REGISTRY = re.compile(f"{URL}|{BARE}|{OPTION}", re.IGNORECASE)


def tracked() -> Iterator[tuple[str, str]]:
    """Name and text of every file that is, or is about to be, in the repository."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0"):
        path = ROOT / name
        if name and path.is_file():
            yield name, path.read_bytes().decode("utf-8", "replace")


def test_no_file_names_a_registry() -> None:
    files = dict(tracked())
    assert "pyproject.toml" in files
    assert {name: found[0] for name, text in files.items() if (found := REGISTRY.search(text))} == {}


@pytest.mark.parametrize(
    "address", ["https://{}.org/simple", "http://user:x@{}.corp:8081/", "{}.org", "https://x.{}.io/"]
)
def test_a_registrys_address_would_be_found(address: str) -> None:
    for word in HOSTS:
        assert REGISTRY.search(f"see {address.format(word)} for more")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_locks_pin_every_package_by_hash_and_name_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n?", "", text).strip())
    assert len(entries) > 4
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


# Refusals and their answers


def placeholders(remedy: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(remedy) if name is not None}


def refusals() -> Iterator[tuple[str, Reason, set[str]]]:
    """Every place that refuses with a reason it names: where, why, and what it says about it."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Refused", "refuse_if"):
                for argument in node.args:
                    if isinstance(argument, ast.Attribute) and ast.unparse(argument.value) == "Reason":
                        said = {str(keyword.arg) for keyword in node.keywords}
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", Reason[argument.attr], said


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_an_answer_with_a_remedy(reason: Reason) -> None:
    row = ANSWERS[reason]
    assert 400 <= row.status <= 599
    assert row.code > 0
    assert row.remedy.endswith((".", ")"))
    assert all(name.isidentifier() for name in placeholders(row.remedy))
    spoken = answer(Refused(reason, **{name: f"<{name}>" for name in placeholders(row.remedy)})).remedy
    assert not re.search(r"[{}]", spoken)
    assert all(f"<{name}>" in spoken for name in placeholders(row.remedy))


def test_whoever_refuses_says_what_the_remedy_speaks_of() -> None:
    found = list(refusals())
    assert len(found) > 40
    untold = {where: placeholders(ANSWERS[reason].remedy) - said for where, reason, said in found}
    assert {where: missing for where, missing in untold.items() if missing} == {}


def test_reasons_taken_from_tables_have_remedies_that_speak_of_nothing() -> None:
    refused = {refusal(act(type=type), action) for type in TYPES for action in TABLE}
    refused |= {refusal(act(type=None), Action.VIEW), *INVITATION_CLOSED.values()}
    assert len(refused) >= 6
    assert [reason for reason in refused if reason and placeholders(ANSWERS[reason].remedy)] == []


def test_every_reason_is_given_by_somebody() -> None:
    sources = [path for path in (ROOT / "app").rglob("*.py") if path.name not in ("errors.py", "refusals.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert [reason for reason in Reason if not re.search(rf"\bReason\.{reason.name}\b", text)] == []


# Vocabularies and their columns

VOCABULARIES = {
    kind
    for module in (vocabulary, carrying, hooks, languages)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum
} | {State, tally.Passed}
# Who acted stands in the record's text; a note is one of the words of `record.event`; the rest is asked and answered.
WITHOUT_COLUMN = {vocabulary.ActorKind, vocabulary.Note, vocabulary.Owner}
WITHOUT_COLUMN |= {carrying.Health, carrying.Trouble, vocabulary.Operation, vocabulary.Channel, vocabulary.Environment}


def columns() -> Iterator[tuple[type[StrEnum], Column[typing.Any]]]:
    """Every column that is declared to hold a word of a vocabulary."""
    for mapper in Base.registry.mappers:
        hints = typing.get_type_hints(mapper.class_)
        for attribute in mapper.column_attrs:
            (held,) = typing.get_args(hints[attribute.key])
            for kind in (held, *typing.get_args(held)):
                if isinstance(kind, type) and issubclass(kind, StrEnum):
                    column = attribute.columns[0]
                    assert isinstance(column, Column)
                    yield kind, column


def checked(column: Column[typing.Any]) -> set[str]:
    """The words that the CHECKs of a column's table let in."""
    ddl = str(CreateTable(column.table).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    found = re.findall(rf"CHECK \(\"?{column.name}\"? IN \(([^)]*)\)\)", ddl)
    return {word for words in found for word in re.findall(r"'([^']*)'", words)}


# By which of the methods somebody can have signed in.
SIGN_IN = {"portal_session.method": {"email-code", "password"}, "staff_session.method": {"password", "oidc"}}


def test_every_vocabulary_has_a_column_or_is_known_to_have_none() -> None:
    assert {kind for kind, _ in columns()} | WITHOUT_COLUMN == VOCABULARIES
    assert len(VOCABULARIES) > 15


def test_every_column_of_a_vocabulary_has_a_check_with_its_words() -> None:
    for kind, column in columns():
        words = SIGN_IN.get(str(column), {word.value for word in kind})
        assert checked(column) == words, str(column)


def test_a_records_event_is_an_event_or_a_note() -> None:
    event = Base.metadata.tables["record"].c.event
    assert checked(event) == {word.value for word in (*Event, *vocabulary.Note)}


def test_every_check_has_a_name_so_that_a_migration_can_find_it() -> None:
    checks = [c for table in Base.metadata.tables.values() for c in table.constraints if isinstance(c, CheckConstraint)]
    assert len(checks) > 15
    assert [str(check.sqltext) for check in checks if not check.name] == []
