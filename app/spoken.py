"""What we say in each language: the catalogues beside us, compiled when a language is first spoken; and its days."""

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
