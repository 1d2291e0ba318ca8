"""The display report of a notice: which screens really showed it, on which days and how long."""

import csv
import io
from collections.abc import Callable
from datetime import date

from server.domain.hall.configuration import HallConfiguration
from server.domain.notices.displays import DisplayOutcome
from server.domain.sheets import plain_cells
from server.store.notices.displays import DisplayedDay, displays_of
from server.store.transactions.database import Database
from server.usecases.answers import Answer

COLUMNS = ("notice", "hall", "screen", "label", "shown_on", "shown_s", "completed", "cut", "failed")
"""The columns of the sheet; `shown_s` has three decimals."""


def read_displays(
    database: Database, notice: str, days: tuple[date, date], *, may_read: Callable[[str], bool]
) -> Answer:
    """The displays of a notice from the first to the last local date, in the halls (ids) one may read.

    Empty for a notice that no screen has shown.
    """
    first, last = days
    with database.read() as rows:
        found = displays_of(rows, notice, first=first, last=last)
    screens: dict[tuple[str, str], Answer] = {}
    halls: dict[str, HallConfiguration | None] = {}
    for row in found:
        if row.hall not in halls:
            halls[row.hall] = database.configuration(row.hall) if may_read(row.hall) else None
        configuration = halls[row.hall]
        if configuration is None:
            continue
        placed = configuration.screens.get(row.screen)
        screen = screens.setdefault(
            (configuration.hall, row.screen),
            {
                "hall": configuration.hall,
                "screen": row.screen,
                "label": placed.label if placed else row.screen,
                "days": [],
            },
        )
        screen["days"].append(
            {"shown_on": row.shown_on.isoformat(), "shown_s": row.shown_ms / 1000, **_outcomes(row)}
        )
    listed = [screen | _sums(screen["days"]) for screen in screens.values()]
    answer: Answer = {"notice": notice, "from": first.isoformat(), "to": last.isoformat()}
    return answer | {"screens": listed} | _sums(listed)


def displays_csv(report: Answer) -> str:
    """The report as a sheet (CSV), with a line for each screen and local date."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(COLUMNS)
    for screen in report["screens"]:
        for day in screen["days"]:
            values = {"notice": report["notice"], **screen, **day, "shown_s": f"{day['shown_s']:.3f}"}
            sheet.writerow(plain_cells(values[column] for column in COLUMNS))
    return text.getvalue()


def _outcomes(row: DisplayedDay) -> Answer:
    return {"completed": row.completed, "cut": row.cut, "failed": row.failed}


def _sums(parts: list[Answer]) -> Answer:
    return {
        "shown_s": round(sum(part["shown_s"] for part in parts), 3),
        **{str(outcome): sum(part[outcome] for part in parts) for outcome in DisplayOutcome},
    }
