"""What pages and mails say: each sentence is in every catalogue, translated whole; a mail's two forms say the same."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po

from app.core.languages import Language, locale

ROOT = Path(__file__).parents[1]
MAILS = ROOT / "templates" / "email"
FOLDERS = sorted(path.name for path in MAILS.iterdir() if path.is_dir())
LAYOUTS = sorted(path.stem for path in MAILS.glob("_*.html") if path.with_suffix(".txt").exists())
TRANSLATED = [locale(language) for language in Language if language is not Language.ENGLISH]
PAGES = [path for path in (ROOT / "templates").rglob("*.*") if path.suffix in (".txt", ".html")]
# As `make messages` finds them: in tables, and the sentences of refusals.
KEYWORDS = DEFAULT_KEYWORDS | {"N_": None, "Answer": (3,)}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
NAMED = re.compile(r"%\((\w+)\)s|(?<!\{)\{(\w+)\}(?!\})")


@cache
def said(path: Path) -> frozenset[str]:
    """The messages of one file; of a plural the first form."""
    method, options = ("python", {}) if path.suffix == ".py" else ("jinja2", {"trimmed": "true", "silent": "false"})
    with path.open("rb") as source:
        found = [message for _, message, _, _ in extract(method, source, KEYWORDS, options=options)]
    return frozenset(message if isinstance(message, str) else message[0] for message in found)


@cache
def asked() -> frozenset[str]:
    """Every message there is to translate."""
    return frozenset().union(*map(said, PAGES), *map(said, (ROOT / "app").rglob("*.py")))


@cache
def catalogue(name: str) -> Catalog:
    with (ROOT / "app" / "translations" / name / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return read_po(source, name, abort_invalid=True)


def messages(name: str) -> list[Message]:
    return [message for message in catalogue(name) if message.id]


def forms(of: str | Sequence[str] | None) -> list[str]:
    return [of] if isinstance(of, str) else list(of or ("",))


def every() -> Iterator[str]:
    """What may come to stand in a mail: every message and every translation."""
    for name in TRANSLATED:
        for message in messages(name):
            yield from forms(message.id) + forms(message.string)


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_catalogue_has_every_message_and_no_other(name: str) -> None:
    known = {forms(message.id)[0] for message in messages(name)}
    assert known == asked(), "run `make messages`, then translate what is new"
    assert not catalogue(name).obsolete


@pytest.mark.parametrize("name", TRANSLATED)
def test_every_message_is_translated(name: str) -> None:
    left = [message.id for message in messages(name) if not all(forms(message.string)) or message.fuzzy]
    assert not left


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_plural_has_as_many_forms_as_the_language(name: str) -> None:
    plurals = [message for message in messages(name) if message.pluralizable]
    assert plurals
    assert {len(forms(message.string)) for message in plurals} == {catalogue(name).num_plurals}
    assert not [message.id for message in messages(name) if not message.pluralizable and len(forms(message.string)) > 1]


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_translation_names_what_its_message_names(name: str) -> None:
    for message in messages(name):
        named = {frozenset(NAMED.findall(form)) for form in forms(message.id) + forms(message.string)}
        assert len(named) == 1, message.id


def test_a_percent_sign_only_begins_a_name() -> None:
    assert not [form for form in every() if "%" in PLACEHOLDER.sub("", form)]


def test_templates_take_every_message_as_it_is() -> None:
    """What code says is escaped where it is shown; what templates say is not."""
    shown = frozenset().union(*map(said, PAGES))
    assert not [message for message in shown if re.search("[<>&]", message)]
    for name in TRANSLATED:
        translated = (message for message in messages(name) if forms(message.id)[0] in shown)
        assert not [form for message in translated for form in forms(message.string) if re.search("[<>&]", form)]


def test_no_message_has_spaces_around_it_or_line_ends_in_it() -> None:
    assert not [form for form in every() if form != form.strip() or re.search(r"\s{2}|[\n\r\t]", form)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_text_and_html_of_a_mail_say_the_same(folder: str) -> None:
    """The HTML has the subject as its title."""
    subject, text, html = (said(MAILS / folder / name) for name in ("subject.txt", "body.txt", "body.html"))
    assert subject
    assert html == subject | text


@pytest.mark.parametrize("layout", LAYOUTS)
def test_text_and_html_of_a_layout_say_the_same(layout: str) -> None:
    assert said(MAILS / f"{layout}.html") == said(MAILS / f"{layout}.txt")
