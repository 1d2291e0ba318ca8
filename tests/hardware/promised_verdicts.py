"""The table of verdicts in docs/rules/printing.md: what becomes of a job, by printer and by fault."""

import re

from hardware.simulator.printer import PrinterFault
from tests.docs.documents import DOCS

_NOTE = re.compile(r" \((\d)\)$")
UNKNOWABLE = "–"
"""A cell that nobody can fill; its note says why."""
FAULTS = {
    "near end": PrinterFault.NEAR_END,
    "paper out before": PrinterFault.PAPER_OUT,
    "cover open": PrinterFault.COVER_OPEN,
    "jam": PrinterFault.CUTTER,
    "offline": PrinterFault.OFFLINE,
    "mute": PrinterFault.MUTE,
    "dies after the bytes": PrinterFault.DIES_AFTER_BYTES,
    "not taken": PrinterFault.NOT_TAKEN,
}
"""The rows of the table that one fault of our simulator makes."""


def _section() -> str:
    return (DOCS / "rules" / "printing.md").read_text(encoding="utf-8").split("## Table of verdicts")[1]


def _table() -> list[list[str]]:
    lines = [line for line in _section().splitlines() if line.startswith("|")]
    head, *rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
    return [head, *rows]


def promised(printer: str) -> dict[str, str]:
    """The cells of a printer by fault, without their notes."""
    head, _, *rows = _table()
    [at] = [index for index, names in enumerate(head) if f"`{printer}`" in names]
    return {row[0]: _NOTE.sub("", row[at]) for row in rows}


def printers() -> list[str]:
    """The printers of the table; those that never differ share a column."""
    return re.findall(r"`(\w+)`", " ".join(_table()[0]))


def notes_used() -> set[str]:
    """The numbers of the notes of all cells."""
    return {note[1] for row in _table() for cell in row if (note := _NOTE.search(cell))}


def notes_given() -> set[str]:
    """The numbers of the notes below the table."""
    return set(re.findall(r"^- \((\d)\) \w", _section(), re.MULTILINE))


def unknowable_without_note() -> list[str]:
    """Cells that nobody can fill and that do not say why."""
    cells = [cell for row in _table()[2:] for cell in row if cell.startswith(UNKNOWABLE)]
    return [cell for cell in cells if not _NOTE.search(cell)]


def cell(verdict: str, why: str | None, then: str | None = None) -> str:
    """A verdict in the words of the table; `then`: the verdict once the fault has ended."""
    first = verdict if why is None else f"{verdict} `{why}`"
    return first if then is None else f"{first}, then {then}"
