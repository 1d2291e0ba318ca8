"""Grids of labels as data: what was read of each, with its version, source and reading date. Pure.

Only what was read is here. Every other line is left to the site, which holds the
official text and types it.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.domain.refusals import Refusal

ANY_LINE = "*"
"""The code of a line that stands for all: none is known, and a site may type each."""


class Evidence(StrEnum):
    """What the product can show for a line."""

    TICKETS = "tickets"
    BUSY_HOURS = "busy_hours"
    APPROVED_REPORT = "approved_report"
    ACTION_PLAN = "action_plan"
    SURVEY = "survey"


@dataclass(frozen=True, slots=True)
class GridLine:
    """A line of a grid. `is_read` false: the site holds its official text, and nothing is linked."""

    code: str
    is_read: bool = False
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A label: its version, where it was read, and when."""

    key: str
    name: str
    version: str
    source: str
    read_on: date
    lines: tuple[GridLine, ...]


GRIDS = (
    Grid(
        key="services_publics_plus",
        name="Services Publics+",
        version="NOR TFPT2322190A, 31/08/2023",
        source="plus.transformation.gouv.fr",
        read_on=date(2026, 11, 1),
        lines=(
            GridLine("1", True, (Evidence.TICKETS,)),
            GridLine("2", True, (Evidence.BUSY_HOURS,)),
            *(GridLine(code) for code in ("3", "4", "5")),
            GridLine("6", True, (Evidence.APPROVED_REPORT,)),
            GridLine("7", True, (Evidence.ACTION_PLAN, Evidence.SURVEY)),
            GridLine("8"),
        ),
    ),
    Grid(
        key="qual_e_pref",
        name="Qual-e-Pref",
        version="19/12/2018, 04/02/2019",
        source="fr.readkong.com 4455390",
        read_on=date(2026, 11, 1),
        lines=(GridLine(ANY_LINE),),
    ),
)
"""Services Publics+ engagements 1, 2, 6 and 7 were read in part; of Qual-e-Pref no criterion was."""


LONGEST_TEXT = 2000
"""Characters of a text."""
LONGEST_SOURCE = 120
"""Characters of a source."""
LONGEST_CODE = 12
MOST_LINES = 200
"""Lines that a site may add to a grid that has none."""
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
