"""CSV that a spreadsheet opens as what it says, and never as a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.sheets import lines

DANGEROUS = tuple("=+-@\t\r\0")


@pytest.mark.parametrize("first", DANGEROUS)
def test_what_could_be_a_formula_is_made_text(first: str) -> None:
    written = lines([[f"{first}cmd|' /C calc'!A0", "Contoso"]])
    [row] = csv.reader(io.StringIO(written, newline=""))
    assert row == [f"'{first}cmd|' /C calc'!A0", "Contoso"]


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1), min_size=1))
def test_every_text_comes_back_as_it_was_but_for_the_apostrophe(rows: list[list[str]]) -> None:
    found = list(csv.reader(io.StringIO(lines(rows), newline="")))
    plain = [[f"'{text}" if text.startswith(DANGEROUS) else text for text in row] for row in rows]
    # What a reader cannot tell: a row of one empty cell.
    assert found == plain
    assert not [cell for row in found for cell in row if cell.startswith(DANGEROUS)]


def test_what_is_no_text_is_written_as_the_api_spells_it() -> None:
    assert lines([[None, True, False, 7]]) == ",true,false,7\r\n"
