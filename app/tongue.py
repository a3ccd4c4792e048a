"""In which language a page speaks: as chosen on it, else as its reader's account, invitation or browser says."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import Flask, g, request
from flask import session as cookie

from app import spoken
from app.core.languages import Language, spoken_of

CHOSEN = "language"
NAMES: Mapping[Language, str] = {
    Language.ENGLISH: "English",
    Language.SWEDISH: "Svenska",
    Language.SIMPLIFIED: "简体中文",
    Language.TRADITIONAL: "繁體中文",
}


def N_(message: str) -> str:
    """A message that stands in a table; whoever shows it translates it."""
    return message


def language() -> Language:
    """That of this request, found out once."""
    if "language" not in g:
        g.language = _found()
    found: Language = g.language
    return found


def _found() -> Language:
    chosen = cookie.get(CHOSEN)
    return Language(chosen) if chosen in list(Language) else asked()


def asked() -> Language:
    """What the request itself asks for: the vendor's header, else the usual one."""
    locale = request.headers.get("X-Locale")
    return spoken_of([locale] if locale else [tag for tag, _ in request.accept_languages])


def prefer(tag: str | None) -> None:
    """What an account or an invitation says counts where nobody has chosen anything in this browser."""
    if tag and cookie.get(CHOSEN) is None:
        g.language = spoken_of([tag])


def choose(language: Language) -> None:
    cookie.permanent = True
    cookie[CHOSEN] = g.language = language.value


def gettext(message: str, **names: Any) -> str:
    """The message in the reader's language; names are put in by templates and by callers alike."""
    text = str(spoken.catalogue(language()).gettext(message))
    return text % names if names else text


def ngettext(one: str, more: str, count: int, **names: Any) -> str:
    text = str(spoken.catalogue(language()).ngettext(one, more, count))
    return text % ({"num": count} | names)


def day(at: datetime | date) -> str:
    return spoken.day(at, language())


def country(code: str) -> str:
    return spoken.countries(language()).get(code, code)


def speech(tag: str) -> str:
    """What a language is called in the reader's."""
    return spoken.speech(tag, language())


def moment(at: datetime | str) -> str:
    """To the minute, in the one zone that everybody's records are kept in; also of a stamp."""
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{day(at)} {at:%H:%M} UTC"


def init_app(app: Flask) -> None:
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: spoken.catalogue(language()).gettext(text),
        lambda one, more, count: spoken.catalogue(language()).ngettext(one, more, count),
        newstyle=True,
    )
    env.filters |= {"day": day, "moment": moment, "country": country, "speech": speech}
    app.context_processor(lambda: {"language": language(), "languages": NAMES})
