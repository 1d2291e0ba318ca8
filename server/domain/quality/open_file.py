"""An open data file of another installation, read and checked. Pure (docs/rules/public-page.md)."""

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.domain.quality.indicators import INDICATORS
from server.domain.quality.selection import LeftOut, OpenFigure
from server.domain.refusals import Refusal
from server.domain.texts import BYTE_ORDER_MARK, csv_text

FIRST_COLUMNS = (
    *("month", "counted_days", "first_on", "last_on", "service", "service_name"),
    *("indicator", "unit", "value", "n", "reason"),
)
LIMITS = ("low", "high", "n_days")
COLUMNS = (*FIRST_COLUMNS, *LIMITS)
"""The columns of the CSV: fixed names, new ones at the end. The first files had no limits."""
LARGEST_BYTES = 2_000_000
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class OpenFile:
    """The figures of the whole hall by month and indicator; `text`: the lines that have them, as a file."""

    months: Mapping[str, Mapping[str, OpenFigure]]
    text: str


def read_open_file(content: bytes) -> OpenFile:
    """What a file says of its hall; its services are left out, and indicators that are not known here.

    Refusals: open_file_missing (nothing in it), open_file_too_large, open_file_columns (no open data),
    open_file_version (other columns or units than ours), and with the number of a `line` open_file_line
    (its cells), open_file_month, open_file_number, open_file_twice.
    """
    if len(content) > LARGEST_BYTES:
        raise open_file_too_large()
    try:
        text = content.decode("utf-8").removeprefix(BYTE_ORDER_MARK)
        header, *lines = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refusal("open_file_columns") from error
    if not text.strip():
        raise Refusal("open_file_missing")
    _check(header)
    months: dict[str, dict[str, OpenFigure]] = {}
    kept: list[Sequence[str]] = [header]
    for number, line in enumerate(lines, start=2):
        if not line:
            continue
        if len(line) != len(header):
            raise Refusal("open_file_line", line=number)
        cells = dict(zip(header, line, strict=True))
        if cells["service"] or cells["indicator"] not in INDICATORS:
            continue
        of_month = months.setdefault(_month(cells["month"], number), {})
        if cells["indicator"] in of_month:
            raise Refusal("open_file_twice", line=number)
        of_month[cells["indicator"]] = _figure(cells, number)
        kept.append(line)
    if not months:
        raise Refusal("open_file_missing")
    return OpenFile(months, csv_text(kept))


def open_file_too_large() -> Refusal:
    """The refusal of a file that is too large."""
    return Refusal("open_file_too_large", megabytes=LARGEST_BYTES // 1_000_000)


def _check(header: Sequence[str]) -> None:
    first, more = tuple(header[: len(FIRST_COLUMNS)]), header[len(FIRST_COLUMNS) :]
    if first != FIRST_COLUMNS:
        is_alike = {"month", "indicator", "value"} <= set(header)
        raise Refusal("open_file_version" if is_alike else "open_file_columns")
    if len(set(header)) != len(header) or (more and tuple(more[: len(LIMITS)]) != LIMITS):
        raise Refusal("open_file_version")


def _month(text: str, line: int) -> str:
    if not _MONTH.fullmatch(text):
        raise Refusal("open_file_month", line=line)
    return text


def _figure(cells: Mapping[str, str], line: int) -> OpenFigure:
    name = cells["indicator"]
    if cells["unit"] != INDICATORS[name].unit:
        raise Refusal("open_file_version")
    value, n, *limits = (_number(cells.get(each, ""), line) for each in ("value", "n", *LIMITS))
    low, high, n_days = limits
    if None in limits or value is None or high < low:  # type: ignore[operator]
        low = high = n_days = None
    reason: LeftOut | None = None
    if value is None:
        reason = "few_agents" if cells["reason"] == "few_agents" else "few"
    return {
        "indicator": name,
        "value": None if value is None else int(value),
        "n": None if n is None else int(n),
        "reason": reason,
        "low": low,
        "high": high,
        "n_days": None if n_days is None else int(n_days),
    }


def _number(text: str, line: int) -> float | None:
    """A number of a cell, None of an empty one. Refusal: open_file_number."""
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < 1e9:
        raise Refusal("open_file_number", line=line)
    return number
