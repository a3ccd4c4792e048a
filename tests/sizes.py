"""How big the big figures are: full size with ASSENT_TEST_FULL=1, a tenth without."""

import os

import pytest

# Kept under a second name: the application refuses ASSENT_ names it does not know, so the suite drops them all,
# before parallel test workers, which inherit the environment, come to read it.
KEPT = "TESTS_AT_FULL_SIZE"
if os.environ.get("ASSENT_TEST_FULL") == "1":
    os.environ[KEPT] = "1"

FULL = os.environ.get(KEPT) == "1"

# Where to put pictures of every page, for people to look at; kept in the same way.
KEPT_SHOTS = "TESTS_TAKE_PICTURES"
if os.environ.get("ASSENT_TEST_SHOTS"):
    os.environ[KEPT_SHOTS] = os.environ["ASSENT_TEST_SHOTS"]

SHOTS = os.environ.get(KEPT_SHOTS)


def size(full: int) -> int:
    return full if FULL else full // 10


def engines(usual: str) -> pytest.MarkDecorator:
    """Both engines at full size; without, the one on which more can go wrong."""
    return pytest.mark.parametrize(
        "database_url", ["sqlite", "postgresql"] if FULL else [usual], indirect=True, scope="module"
    )
