"""Write a note of an incident, or change one. No fact is recorded: a note may be erased."""

from datetime import date
from zoneinfo import ZoneInfo

from server.domain.author import Author
from server.domain.incidents import KEPT, NoteRequest, checked_note
from server.domain.refusals import Refusal
from server.store.incidents import (
    ChangedNote,
    NoteRow,
    change_note_row,
    incident_by_id,
    insert_note,
    locked_note_by_id,
)
from server.store.transactions.database import Database


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


def _today(database: Database, hall: str) -> date:
    zone = ZoneInfo(database.configuration(hall).site.time_zone)
    return database.clock.now().astimezone(zone).date()
