"""Colours of mails: a partner's accent, and what can be read on it."""

import re
from functools import lru_cache

from app.core.refusals import Reason, refuse_if

ACCENT = "#1f5fbf"
LIGHT, DARK = "#ffffff", "#000000"
HEX = re.compile("#[0-9a-f]{6}")


def colour(value: str) -> str:
    text = value.strip().lower()
    refuse_if(not HEX.fullmatch(text), Reason.INVALID_VALUE, field="colour (as #rrggbb)")
    return text


@lru_cache(maxsize=1000)
def readable_on(background: str) -> str:
    """White or black, whichever stands out more: one of them always has a contrast of 4.5 at least."""
    return max((LIGHT, DARK), key=lambda text: contrast(text, background))


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(hex_: str) -> float:
    red, green, blue = (_linear(int(hex_[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
