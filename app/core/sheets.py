"""Rows as CSV (RFC 4180) that a spreadsheet opens without obeying them."""

import csv
import io
from collections.abc import Iterable, Sequence

# What a spreadsheet takes for the beginning of a formula, or skips on its way to one.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")


def lines(rows: Iterable[Sequence[object]]) -> str:
    """Lines that end in CRLF; text that could be read as a formula is made text by an apostrophe before it."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([[cell(value) for value in row] for row in rows])
    return written.getvalue()


def cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
