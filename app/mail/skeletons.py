"""Skeletons: a mail's templates rendered once with marks in the places of its values, and filled for every mail.

Two mails of one folder and language differ in their values and in which of these there are; whatever a template may
compare is part of what it was rendered for.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import escape

from app import spoken
from app.core.languages import Language
from app.core.mails import Own
from app.mail import wording

# Inserted, or asked whether they are there.
VALUES = (
    *("base_url", "partner", "reseller", "asker", "company", "contact", "contact_email", "reply_name", "reply_email"),
    *("colour", "on_colour", "logo", "logo_alt", "logo_width", "link", "expires", "user_name", "reveal", "password"),
    *("agreement", "version", "signer", "agreed_on", "receipt", "number", "customer_id", "voucher", "recorded_on"),
    *("reason", "decided_by", "draft_id", "opened_by", "due_on", "dispute_id", "code", "named", "named_email"),
    *("about", "endpoint_id", "since", "stop"),
)
# Compared by templates.
WORDS = ("language", "portal", "purpose", "why", "dap", "agreement_kind")
# Counted by templates.
NUMBERS = ("days_left", "answer_days", "minutes", "hours")
EMPTY: dict[str, str | int] = dict.fromkeys(VALUES + WORDS, "") | dict.fromkeys(NUMBERS, 0)
MARK = re.compile("\ue000([a-z_]+)\ue001")
KEPT = 512  # skeletons; a partner's own wordings may be many
SPACES = re.compile(r"\s+")
BLANK = re.compile(r"\n{3,}")

Key = tuple[str, Language, "Own | None", tuple[str | int, ...]]


@dataclass(frozen=True)
class Part:
    """Every other piece is the name of a value."""

    pieces: tuple[str, ...]

    @classmethod
    def of(cls, rendered: str) -> "Part":
        return cls(tuple(MARK.split(rendered)))

    def fill(self, values: Mapping[str, str]) -> str:
        found = list(self.pieces)
        found[1::2] = [values[name] for name in found[1::2]]
        return "".join(found)


@dataclass(frozen=True)
class Skeleton:
    subject: Part
    text: Part
    html: Part


class Escaped(dict[str, str]):
    """The values as HTML has them, each made when it is needed."""

    def __init__(self, values: Mapping[str, str | int]) -> None:
        self._values = values

    def __missing__(self, name: str) -> str:
        found = self[name] = str(escape(self._values[name]))
        return found


class Skeletons:
    """All that were made so far, of one folder of templates."""

    def __init__(self, templates: Path) -> None:
        self._environments = {language: _environment(templates, language) for language in Language}
        self._made = lru_cache(maxsize=KEPT)(self._make)

    def of(self, folder: str, language: Language, own: Own | None, names: Mapping[str, str | int]) -> Skeleton:
        there = tuple([name for name in VALUES if names[name]])
        compared = tuple([names[name] for name in WORDS + NUMBERS])
        return self._made(folder, language, own, there, compared)

    def _make(
        self, folder: str, language: Language, own: Own | None, there: tuple[str, ...], compared: tuple[str | int, ...]
    ) -> Skeleton:
        names = EMPTY | {name: f"\ue000{name}\ue001" for name in there}
        names |= dict(zip(WORDS + NUMBERS, compared, strict=True))
        environment = self._environments[language]
        if own is None:
            parts = ("subject.txt", "body.txt", "body.html")
            subject, text, html = (environment.get_template(f"{folder}/{name}").render(names) for name in parts)
        else:
            subject, text, html = wording.rendered(environment, own, folder, names)
        subject = SPACES.sub(" ", subject).strip()
        return Skeleton(Part.of(subject), Part.of(BLANK.sub("\n\n", text).strip() + "\n"), Part.of(html.strip() + "\n"))


@lru_cache(maxsize=8)
def made(templates: Path) -> Skeletons:
    """Those of a folder, once for whoever composes: to read the templates takes longer than to fill a thousand."""
    return Skeletons(templates)


def _environment(templates: Path, language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates / "email"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    known = lru_cache(maxsize=None)(lambda: spoken.catalogue(language))
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: known().gettext(text),
        lambda one, more, count: known().ngettext(one, more, count),
        newstyle=True,
    )
    return environment
