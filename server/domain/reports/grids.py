"""Grids of labels as data: what was read of each, with its version, source and reading date. Pure.

Only what was read is here. Every other line is left to the site, which holds the official text.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

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
