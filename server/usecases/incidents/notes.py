"""Notes of incidents: write and change them, read them. No fact is recorded: a note may be erased."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from server.domain.author import Author
from server.domain.incidents import (
    KEPT,
    MISSING_WITHIN,
    CountedNote,
    Incident,
    MonthSummary,
    NoteRequest,
    checked_note,
    summaries,
    without_places,
)
from server.domain.quality.indicators import OF_AGENTS
from server.domain.refusals import Refusal
from server.store.incidents import (
    ChangedNote,
    NoteRow,
    change_note_row,
    incident_by_id,
    incidents_without_note,
    insert_note,
    locked_note_by_id,
    notes_between,
)
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


def write_note(database: Database, hall: str, author: Author, typed: NoteRequest, *, form: str) -> str:
    """The id of the note written of an incident of a hall (id). The same form again writes nothing.

    Refusals: those of `checked_note`; unknown_incident for one of another hall.
    """
    counters = database.configuration(hall).counters
    note, now = checked_note(typed, _today(database, hall), counters), database.clock.now()
    with database.store.write() as rows:
        if typed.incident:
            found = incident_by_id(rows, typed.incident)
            if found is None or found.hall != hall:
                raise Refusal("unknown_incident", incident=typed.incident)
        insert_note(
            rows,
            NoteRow(
                id=form,
                hall=hall,
                incident=typed.incident or None,
                counter=note.counter,
                happened_on=note.happened_on,
                kind=note.kind,
                gravity=note.gravity,
                follow_ups=list(note.follow_ups),
                complaint=note.complaint,
                written_at=now,
                written_by=author.id,
                changed_at=now,
                erase_after=now + KEPT,
            ),
        )
    return form


def change_note(
    database: Database, hall: str, author: Author, note: str, typed: NoteRequest, *, oversees: bool
) -> str:
    """The id of a note that its author changed, or who oversees the hall (id). It may keep its day and place.

    Refusals: those of `checked_note`; unknown_incident_note, also for the note of another person.
    """
    counters = set(database.configuration(hall).counters)
    today, now = _today(database, hall), database.clock.now()
    with database.store.write() as rows:
        found = locked_note_by_id(rows, note)
        may_change = (
            found is not None and found.hall == hall and (oversees or author.is_same(found.written_by))
        )
        if found is None or not may_change:
            raise Refusal("unknown_incident_note", note=note)
        own = {found.counter} if found.counter else set()
        checked = checked_note(typed, today, counters | own, kept_on=found.happened_on)
        changed = ChangedNote(
            checked.counter,
            checked.happened_on,
            checked.kind,
            checked.gravity,
            list(checked.follow_ups),
            # its reference was erased: it is not kept a second time
            None if found.erase_after is None else checked.complaint,
            now,
        )
        change_note_row(rows, note, changed)
    return note
