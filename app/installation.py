"""What a running installation knows beside its database: settings, keys and dated rules."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flask import current_app

from app.config import Config
from app.core.agreements import Catalogue
from app.core.policy import Rulebook, parse
from app.keys import Keys

HERE = Path(__file__).parent
TEMPLATES = next(folder for folder in (HERE / "templates", HERE.parent / "templates") if folder.is_dir())


@dataclass(frozen=True)
class Installation:
    config: Config
    keys: Keys
    rules: Rulebook


def installation() -> Installation:
    """The one that the current application belongs to."""
    return cast(Installation, current_app.extensions["assent"])


def load_rules() -> Rulebook:
    policy = parse(tomllib.loads(_data("policy.toml"))["rule"])
    return Rulebook(policy, Catalogue(tomllib.loads(_data("agreements.toml")), json.loads(_data("languages.json"))))


def _data(name: str) -> str:
    return (HERE / "data" / name).read_text(encoding="utf-8")
