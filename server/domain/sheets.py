"""Cells of sheets that other programs open: none is taken for a formula."""

import re
from collections.abc import Iterable

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")


def plain_cell(value: object) -> str:
    """A value as the cell of a sheet: what a program would take for a formula is quoted, a number is not."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) and not _NUMBER.fullmatch(text) else text


def plain_cells(values: Iterable[object]) -> list[str]:
    """The cells of a line."""
    return [plain_cell(value) for value in values]
