"""In which languages a walk is walked: all of them at full size, else the one that is usual for it."""

import pytest

from app.core.languages import Language
from tests.sizes import FULL


def in_languages(usual: Language) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("language", list(Language) if FULL else [usual])
