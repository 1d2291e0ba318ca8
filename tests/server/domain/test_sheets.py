"""No sheet the product writes is calculated by the program that opens it."""

import re
from pathlib import Path

import pytest

from server.domain.texts import plain_cell
from tests.harness.programs import PROJECT


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+33 1 02", "'+33 1 02"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("-12,5", "-12,5"),
        (-0.25, "-0.25"),
        ("A042", "A042"),
        (None, ""),
    ],
)
def test_a_cell_like_a_formula_is_quoted_and_a_number_is_not(value: object, cell: str):
    assert plain_cell(value) == cell


def test_every_sheet_is_written_by_these_cells():
    """A row that is written otherwise holds words of the product alone, its heads."""
    rows = [
        (file.name, row)
        for file in sorted((PROJECT / "server").rglob("*.py"))
        for row in re.findall(r"\.writerows?\((.*)", file.read_text(encoding="utf-8"))
        if "plain_cell" not in row
    ]
    assert [
        (Path(name).stem, row)
        for name, row in rows
        if not re.match(r"(COLUMNS|values|\[(?:words|say)\()", row)
    ] == []
