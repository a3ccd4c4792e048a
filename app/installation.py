"""What a running installation knows beside its database: settings, keys and dated rules."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flask import current_app

from app.config import Config, SetUpError
from app.core import coverage
from app.core.agreements import Catalogue
from app.core.policy import Rulebook
from app.core.rows import Faulty, laid_over, parse
from app.keys import Keys

HERE = Path(__file__).parent
TEMPLATES = next(folder for folder in (HERE / "templates", HERE.parent / "templates") if folder.is_dir())
OPERATORS_ROWS = "policy.toml"
SHOWN = 3


@dataclass(frozen=True)
class Installation:
    config: Config
    keys: Keys
    rules: Rulebook


def installation() -> Installation:
    """The one that the current application belongs to."""
    return cast(Installation, current_app.extensions["assent"])


def load_rules(instance: Path | None = None) -> Rulebook:
    """The rules that come with Assent and, on top, the operator's; what makes no sense stops the start."""
    policy = parse(tomllib.loads(_data(OPERATORS_ROWS)))
    operators = instance / OPERATORS_ROWS if instance else None
    try:
        if operators and operators.exists():
            policy = laid_over(policy, operators.read_text(encoding="utf-8"), str(operators))
        faults = coverage.faults(policy)
    except Faulty as error:
        faults = error.faults
    except (OSError, UnicodeDecodeError) as error:
        raise SetUpError(f"cannot read {operators}: {error}; correct it or move it away") from error
    if faults:
        more = f" (and {len(faults) - SHOWN} more)" if len(faults) > SHOWN else ""
        raise SetUpError(f"policy: {'; '.join(faults[:SHOWN])}{more}; see `assent policy check`")
    return Rulebook(policy, Catalogue(tomllib.loads(_data("agreements.toml")), json.loads(_data("languages.json"))))


def _data(name: str) -> str:
    return (HERE / "data" / name).read_text(encoding="utf-8")
