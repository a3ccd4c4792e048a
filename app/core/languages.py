"""The languages Assent speaks, and which of them somebody with a given language tag reads."""

from collections.abc import Iterable
from enum import StrEnum


class Language(StrEnum):
    ENGLISH = "en"
    SWEDISH = "sv"
    SIMPLIFIED = "zh-Hans"
    TRADITIONAL = "zh-Hant"


def read(text: str) -> Language | None:
    """One of ours by its own name, in any case, as paths are."""
    return next((one for one in Language if one.value.lower() == text.lower()), None)


# Where Chinese is written in the traditional way; the rest of the world writes the simplified one.
TRADITIONAL_IN = frozenset({"hant", "tw", "hk", "mo"})


def spoken(tag: str) -> Language:
    """The nearest of our languages: browsers and contacts say zh-CN or sv-FI; who speaks none of them reads English."""
    first, *rest = tag.replace("_", "-").lower().split("-")
    if first == "sv":
        return Language.SWEDISH
    if first != "zh":
        return Language.ENGLISH
    # A script that is named outweighs the region: zh-Hans-HK is simplified.
    simplified = "hans" in rest or not TRADITIONAL_IN & set(rest)
    return Language.SIMPLIFIED if simplified else Language.TRADITIONAL


def spoken_of(tags: Iterable[str]) -> Language:
    """Of several, the most wanted first, the first that is ours: who reads Finnish, then Swedish, reads Swedish."""
    ours = (tag for tag in tags if tag.lower().split("-")[0] in ("en", "sv", "zh"))
    return spoken(next(ours, "en"))


def locale(language: Language) -> str:
    """The same as catalogues and dates are filed under."""
    return language.replace("-", "_")
