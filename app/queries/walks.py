"""Leafing through large tables: pages by key, from one range of an index or from several side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal, select, tuple_, union_all

from app.core.refusals import Reason, Refused
from app.db import Utc, db
from app.queries.keysets import moment

Key = list[str]
LONGEST = 4000


@dataclass(frozen=True)
class Walk:
    """What is sorted by the same columns; no two of its parts have a row in common, and each has an index."""

    name: str
    parts: Sequence[Select[Any]]  # each selects `machine`
    columns: Sequence[Any]

    def page(self, most: int, after: Key | None) -> list[Any]:
        """The ids and keys of the next rows."""
        if not self.parts:
            return []
        names = [f"key{number}" for number in range(len(self.columns))]
        labelled = [column.label(name) for name, column in zip(names, self.columns, strict=True)]
        beyond = [self._beyond(after)] if after is not None else []
        pages = [
            part.add_columns(*labelled).where(*beyond).order_by(*self.columns).limit(most).subquery()
            for part in self.parts
        ]
        merged = union_all(*(select(each) for each in pages)).subquery()
        keys = [merged.c[name] for name in names]
        return list(db.session.execute(select(merged.c.machine, *keys).order_by(*keys).limit(most)))

    def _beyond(self, after: Key) -> Any:
        try:
            last = [_read(column, text) for column, text in zip(self.columns, after, strict=True)]
        except (ValueError, OverflowError) as error:
            raise Refused(Reason.INVALID_VALUE, field="MS-ContinuationToken") from error
        return tuple_(*self.columns) > tuple_(*last)

    def key(self, row: Any) -> Key:
        """Where a row stands, in words that go to the caller and come back."""
        return [self.name, *(part.isoformat() if isinstance(part, datetime) else str(part) for part in row[1:])]


def _read(column: Any, text: str) -> Any:
    if "\0" in text or len(text.encode()) > LONGEST:  # encode: half a character is no text either
        raise ValueError(text)
    value = moment(text) if isinstance(column.type, Utc) else column.type.python_type(text)
    return literal(value, column.type)


def leaf(walks: Sequence[Walk], most: int, after: Key | None) -> list[tuple[Any, Key]]:
    """The next so many of one walk after the other, each with its key."""
    names = [walk.name for walk in walks]
    if after is not None and after[:1] not in ([name] for name in names):
        raise Refused(Reason.INVALID_VALUE, field="MS-ContinuationToken")
    first = names.index(after[0]) if after else 0
    found: list[tuple[Any, Key]] = []
    for walk in walks[first:]:
        rows = walk.page(most - len(found), after[1:] if after is not None and walk.name == after[0] else None)
        found += [(row.machine, walk.key(row)) for row in rows]
        if len(found) == most:
            break
    return found
