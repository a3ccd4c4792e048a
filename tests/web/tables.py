"""What all tables hold: as one figure each, to see that nothing changed, and as text, to see what is not in there."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from app.db import Base, db


def checksums() -> dict[str, str]:
    """Read past the types of columns: what is compared need not be understood."""
    with db.engine.connect() as connection:
        return {
            name: hashlib.sha256(
                "\n".join(sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{name}"')))).encode()
            ).hexdigest()
            for name in Base.metadata.tables
        }


def dump() -> str:
    """Every value of every row, but for times: six digits of a fraction of a second could be any code."""
    return "\n".join(_values())


def _values() -> Iterator[str]:
    with db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(select(table)):
                for value in row:
                    if isinstance(value, bytes):
                        yield value.hex()
                    elif isinstance(value, dict | list):
                        yield json.dumps(value, ensure_ascii=False)
                    elif not isinstance(value, datetime):
                        yield str(value)
