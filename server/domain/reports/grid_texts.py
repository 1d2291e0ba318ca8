"""The official text of a label’s line, which a site types because the product does not hold it. Pure."""

import re
from dataclasses import dataclass
from datetime import date

from server.domain.refusals import Refusal
from server.domain.reports.grids import ANY_LINE, GRIDS

LONGEST_TEXT = 2000
"""Characters of a text."""
LONGEST_SOURCE = 120
"""Characters of a source."""
LONGEST_CODE = 12
MOST_LINES = 200
"""Lines that a site may add to a grid of which no line is known."""
_CODE = re.compile(r"[\w.-]+", re.UNICODE)


@dataclass(frozen=True, slots=True)
class GridTextRequest:
    """What is typed of a line. `code`: its number in the grid; `read_on`: an ISO date."""

    grid: str
    code: str
    text: str
    source: str
    read_on: str


@dataclass(frozen=True, slots=True)
class GridText:
    """The text of a line, where it was read, and on which date."""

    grid: str
    code: str
    text: str
    source: str
    read_on: date


def checked_text(typed: GridTextRequest, today: date) -> GridText:
    """The text of a line as of a local date; lines of the text stay, source and number are on one line.

    Refusals, each with its `field`: unknown_grid_line, grid_text_missing, grid_text_too_long,
    grid_source_missing, grid_source_too_long, bad_grid_day for no date or one to come.
    """
    code, source = typed.code.strip(), " ".join(typed.source.split())
    text = "\n".join(line for line in (" ".join(each.split()) for each in typed.text.splitlines()) if line)
    if not is_line(typed.grid, code):
        raise Refusal("unknown_grid_line", field="code", longest=LONGEST_CODE)
    if not text:
        raise Refusal("grid_text_missing", field="text")
    if len(text) > LONGEST_TEXT:
        raise Refusal("grid_text_too_long", field="text", longest=LONGEST_TEXT)
    if not source:
        raise Refusal("grid_source_missing", field="source")
    if len(source) > LONGEST_SOURCE:
        raise Refusal("grid_source_too_long", field="source", longest=LONGEST_SOURCE)
    return GridText(typed.grid, code, text, source, _day(typed.read_on, today))


def is_line(grid: str, code: str) -> bool:
    """Whether a grid has a line of this number, or may get one."""
    for known in GRIDS:
        if known.key == grid:
            codes = {line.code for line in known.lines}
            if ANY_LINE in codes:
                return len(code) <= LONGEST_CODE and _CODE.fullmatch(code) is not None
            return code in codes
    return False


def line_order(code: str) -> tuple[tuple[int, str], ...]:
    """Sorts numbers of lines as people count: 2 before 10, 3.2 before 3.10."""
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", code))


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("bad_grid_day", field="read_on") from error
    if day > today:
        raise Refusal("bad_grid_day", field="read_on")
    return day
