"""Statements: the exact words that somebody agreed to or vouched for, kept once under their hash."""

import hashlib
from collections.abc import Callable

from sqlalchemy.dialects import postgresql, sqlite

from app.core.act import Act
from app.db import db
from app.models import Statement

Insert = postgresql.Insert | sqlite.Insert
INSERT: dict[str, Callable[[type[Statement]], Insert]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def keep(act: Act, words: str) -> None:
    """The words once, also when two are the first to say them at the same moment."""
    insert = INSERT[db.engine.dialect.name]
    row = {"sha256": digest(words), "text": words, "created_at": act.at}
    db.session.execute(insert(Statement).values(row).on_conflict_do_nothing())
