"""The display report of a notice: which screens really showed it, on which days and how long."""

import csv
import io
from collections.abc import Callable, Collection
from datetime import date
from typing import Annotated, TypedDict

from annotated_types import Ge

from hardware.json_types import Count, LocalDate
from server.domain.hall.configuration import HallConfiguration
from server.domain.sheets import plain_cells
from server.store.notices.displays import DisplayedDay, displays_of
from server.store.transactions.database import Database
from server.usecases.answers import Period

COLUMNS = ("notice", "hall", "screen", "label", "shown_on", "shown_s", "completed", "cut", "failed")
"""The columns of the sheet; `shown_s` has three decimals."""


class DisplaySums(TypedDict):
    """How long something was really shown, and how often it was so to its end, cut, or not at all."""

    shown_s: Annotated[float, Ge(0)]
    """Seconds, three decimals."""
    completed: Count
    cut: Count
    failed: Count


class DisplaysOfDay(DisplaySums):
    """The displays of a local date."""

    shown_on: LocalDate


class DisplaysOnScreen(DisplaySums):
    """The displays on one screen."""

    hall: str
    screen: str
    label: str
    days: list[DisplaysOfDay]


class DisplaysAnswer(DisplaySums, Period):
    """Where a notice was really shown, from a local date to another, both included."""

    notice: str
    screens: list[DisplaysOnScreen]


def read_displays(
    database: Database, notice: str, days: tuple[date, date], *, may_read: Callable[[str], bool]
) -> DisplaysAnswer:
    """The displays of a notice from the first to the last local date, in the halls (ids) one may read.

    Empty for a notice that no screen has shown.
    """
    first, last = days
    with database.read() as rows:
        found = displays_of(rows, notice, first=first, last=last)
    halls: dict[str, HallConfiguration | None] = {}
    days_on: dict[tuple[str, str], list[DisplaysOfDay]] = {}
    for row in found:
        if row.hall not in halls:
            halls[row.hall] = database.configuration(row.hall) if may_read(row.hall) else None
        days_on.setdefault((row.hall, row.screen), []).append(_of_day(row))
    screens = [
        _on_screen(configuration, screen, days)
        for (hall, screen), days in days_on.items()
        if (configuration := halls[hall]) is not None
    ]
    return {
        "notice": notice,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "screens": screens,
        **_sums(screens),
    }


def displays_csv(report: DisplaysAnswer) -> str:
    """The report as a sheet (CSV), with a line for each screen and local date."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(COLUMNS)
    for screen in report["screens"]:
        for day in screen["days"]:
            values: dict[str, object] = {"notice": report["notice"], **screen, **day}
            values["shown_s"] = f"{day['shown_s']:.3f}"
            sheet.writerow(plain_cells(values[column] for column in COLUMNS))
    return text.getvalue()


def _of_day(row: DisplayedDay) -> DisplaysOfDay:
    return {
        "shown_on": row.shown_on.isoformat(),
        "shown_s": row.shown_ms / 1000,
        "completed": row.completed,
        "cut": row.cut,
        "failed": row.failed,
    }


def _on_screen(configuration: HallConfiguration, screen: str, days: list[DisplaysOfDay]) -> DisplaysOnScreen:
    placed = configuration.screens.get(screen)
    return {
        "hall": configuration.hall,
        "screen": screen,
        "label": placed.label if placed else screen,
        "days": days,
        **_sums(days),
    }


def _sums(parts: Collection[DisplaySums]) -> DisplaySums:
    return {
        "shown_s": round(sum(part["shown_s"] for part in parts), 3),
        "completed": sum(part["completed"] for part in parts),
        "cut": sum(part["cut"] for part in parts),
        "failed": sum(part["failed"] for part in parts),
    }
