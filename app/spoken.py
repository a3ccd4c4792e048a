"""What we say in each language: the catalogues beside us, compiled when a language is first spoken; and its days."""

from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from io import BytesIO

from app.core.languages import Language, locale
from app.installation import HERE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from babel.support import NullTranslations

# Not the American way, which is what plain English is taken for.
ENGLISH_DAY = "d MMMM y"


@cache
def catalogue(language: Language) -> "NullTranslations":
    """English is the source: it has no catalogue."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import NullTranslations, Translations

    path = HERE / "translations" / locale(language) / "LC_MESSAGES" / "messages.po"
    if language is Language.ENGLISH:
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale(language)))
    compiled.seek(0)
    return Translations(compiled)


@lru_cache(maxsize=1000)
def day(at: date, language: Language) -> str:
    from babel.dates import format_date

    form = ENGLISH_DAY if language is Language.ENGLISH else "long"
    return str(format_date(at, form, locale=locale(language)))


@cache
def countries(language: Language) -> Mapping[str, str]:
    """The names of the world's countries by their codes."""
    from babel import Locale

    return dict(Locale.parse(locale(language)).territories)


@lru_cache(maxsize=1000)
def speech(tag: str, language: Language) -> str:
    """What a language is called, with its country where it is one country's; unknown ones keep their tag."""
    from babel import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(tag, sep="-").get_display_name(locale(language)) or tag)
    except (UnknownLocaleError, ValueError):
        return tag


@lru_cache(maxsize=200)
def month(first: date, language: Language, short: bool = False) -> str:
    """`November 2026`; below a column of a figure, as short as it gets."""
    from babel.dates import format_date

    return str(format_date(first, "LLL" if short else "LLLL y", locale=locale(language)))
