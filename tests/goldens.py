"""Files that say what came out before: compared, or with ASSENT_TEST_GOLDEN=1 written anew to be looked at and kept."""

import difflib
import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"
# Read before the suite drops all ASSENT_ names, and kept for parallel workers (see sizes.py).
KEPT = "TESTS_WRITE_GOLDENS"
if os.environ.get("ASSENT_TEST_GOLDEN") == "1":
    os.environ[KEPT] = "1"

WRITING = os.environ.get(KEPT) == "1"


def changes(found: dict[str, str]) -> str:
    """What differs from the files of those names, as a diff; nothing where they are all the same."""
    if WRITING:
        FOLDER.mkdir(exist_ok=True)
        for name, text in found.items():
            (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
    return "\n".join(line for name, text in found.items() for line in _differs(name, text))


def strangers(names: set[str]) -> set[str]:
    """Files there that nothing makes any longer."""
    left = {path for path in FOLDER.iterdir() if path.name not in names}
    for path in left if WRITING else ():
        path.unlink()
    return {path.name for path in FOLDER.iterdir() if path.name not in names}


def _differs(name: str, text: str) -> list[str]:
    path = FOLDER / name
    before = path.read_bytes().decode() if path.exists() else ""
    return list(
        difflib.unified_diff(before.splitlines(), text.splitlines(), f"kept/{name}", f"made/{name}", lineterm="")
    )
