"""How a walk is walked: in all languages, by every means at full size, else in the way that is usual for it."""

from enum import StrEnum

import pytest

from app.core.languages import Language
from tests.sizes import FULL


class Means(StrEnum):
    MOUSE = "mouse"
    KEYBOARD = "keyboard"
    NO_SCRIPT = "no script"


def in_languages(usual: Language) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("language", list(Language) if FULL else [usual])


def by(usual: Means) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("means", list(Means) if FULL else [usual], ids=str)
