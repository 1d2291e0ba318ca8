"""Read the notes of incidents that a person may read, and the summary that names no note."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from server.domain.author import Author
from server.domain.incidents import (
    MISSING_WITHIN,
    CountedNote,
    Incident,
    MonthSummary,
    summaries,
    without_places,
)
from server.domain.quality.indicators import OF_AGENTS
from server.store.incidents import NoteRow, incidents_without_note, notes_between
from server.store.transactions.database import Database
from server.usecases.quality.withheld_figures import Days, withheld_in_parts

LOOKED_BACK = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class ReadNotes:
    """The notes a person may read, the latest first, and their incidents that lack one."""

    notes: Sequence[NoteRow]
    missing: Sequence[Incident]


def read_notes(database: Database, hall: str, author: Author, *, oversees: bool) -> ReadNotes:
    """The notes of a year of a hall (id): all of them for who oversees the hall, else the author's own."""
    today = _today(database, hall)
    now = database.clock.now()
    with database.read() as rows:
        found = notes_between(rows, hall, today - LOOKED_BACK, today + timedelta(days=1))
        missing = incidents_without_note(
            rows, hall, now - MISSING_WITHIN, of=None if oversees else author.ids
        )
    return ReadNotes([each for each in found if oversees or author.is_same(each.written_by)], missing)


def read_summaries(
    database: Database, hall: str, starts_on: date | None = None, ends_on: date | None = None
) -> list[MonthSummary]:
    """The summaries of a hall (id or slug) by month, the latest first; without days those of a year.

    From `starts_on`, before `ends_on`. Counters are left out of months in which fewer than three people
    worked at them (docs/rules/indicators.md, « Few agents »).
    """
    hall, today = database.hall_id(hall), _today(database, hall)
    first, end = starts_on or today - LOOKED_BACK, ends_on or today + timedelta(days=1)
    with database.read() as rows:
        found = notes_between(rows, hall, first, end)
    months = summaries(CountedNote(each.happened_on, each.kind, each.gravity, each.counter) for each in found)
    spans = {each.month: _days_of(each.month) for each in months}
    withheld = withheld_in_parts(database, hall, spans)
    return [without_places(each) if OF_AGENTS & withheld[each.month] else each for each in months]


def _days_of(month: str) -> Days:
    first = date.fromisoformat(f"{month}-01")
    return Days(first, (first + timedelta(days=32)).replace(day=1))


def _today(database: Database, hall: str) -> date:
    zone = ZoneInfo(database.configuration(hall).site.time_zone)
    return database.clock.now().astimezone(zone).date()
