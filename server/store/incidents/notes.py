"""Notes of incidents, as people write them, and the incidents that lack one."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import and_, bindparam, exists, or_

from server.domain.incidents.incidents import Incident
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of, values_of
from server.store.tables.alerts import incident, incident_note


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note of a hall (id). `incident`: what it is about, None without a press of the key.

    `written_by`, `complaint`: None once they were erased, as `erase_after` is then.
    """

    id: str
    hall: str
    incident: str | None
    counter: str | None
    happened_on: date
    kind: str
    gravity: int
    follow_ups: list[str]
    complaint: str | None
    written_at: datetime
    written_by: str | None
    changed_at: datetime
    erase_after: datetime | None


@dataclass(frozen=True, slots=True)
class ChangedNote:
    """What people change of a note."""

    counter: str | None
    happened_on: date
    kind: str
    gravity: int
    follow_ups: list[str]
    complaint: str | None
    changed_at: datetime


_NOTES = rows_of(NoteRow, incident_note)
_SINCE = Read(
    NoteRow,
    _NOTES.where(
        incident_note.c.hall == bindparam("hall"),
        incident_note.c.happened_on >= bindparam("since"),
        incident_note.c.happened_on < bindparam("until"),
    ).order_by(incident_note.c.happened_on.desc(), incident_note.c.written_at.desc(), incident_note.c.id),
)
_LOCKED_BY_ID = Read(NoteRow, _NOTES.where(incident_note.c.id == bindparam("note")).with_for_update())
_INSERT = Write.new_row_once(incident_note, NoteRow)
_CHANGE = Write(
    incident_note.update().where(incident_note.c.id == bindparam("of_id")),
    *(field.name for field in fields(ChangedNote)),
)
_WITHOUT_NOTE = Read(
    Incident,
    rows_of(Incident, incident)
    .where(
        incident.c.hall == bindparam("hall"),
        incident.c.raised_at >= bindparam("since"),
        or_(incident.c.end_reason.is_(None), incident.c.end_reason != "mistake"),
        ~exists().where(and_(incident_note.c.incident == incident.c.id)),
    )
    .order_by(incident.c.raised_at, incident.c.id),
)


def notes_between(rows: Rows, hall: str, since: date, until: date) -> list[NoteRow]:
    """The notes of a hall (id) from a day on, before another one, the latest day first."""
    return rows.all(_SINCE, hall=hall, since=since, until=until)


def locked_note_by_id(rows: WrittenRows, note: str) -> NoteRow | None:
    """A note by its id, which nobody else changes or erases before this transaction ends."""
    return rows.one(_LOCKED_BY_ID, note=note)


def insert_note(rows: WrittenRows, new: NoteRow) -> None:
    """Keeps a new note; one of this id stays as it is."""
    rows.execute(_INSERT, **values_of(new))


def change_note_row(rows: WrittenRows, note: str, changed: ChangedNote) -> None:
    """Keeps what was changed of a note."""
    rows.execute(_CHANGE, of_id=note, **values_of(changed))


def incidents_without_note(
    rows: Rows, hall: str, since: datetime, *, of: Collection[str] | None
) -> list[Incident]:
    """The incidents of a hall (id) since an instant without a note, but for those raised by mistake.

    `of`: raised by one of these authors (ids); None: by anybody.
    """
    found = rows.all(_WITHOUT_NOTE, hall=hall, since=since)
    return [each for each in found if of is None or each.raised_by in of or each.joined_by in of]
