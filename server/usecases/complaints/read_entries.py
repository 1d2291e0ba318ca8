"""Read the register of a hall, or one entry with the contact of its author."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.domain.complaints.entries import EntryVerb, is_late, verbs_of
from server.domain.hours.calendars import business_day
from server.domain.refusals import Refusal
from server.domain.screening import MarkKind, Piece, mark_kinds, pieces_of
from server.store.complaints import (
    ContactRow,
    EntryRow,
    contact_of,
    entries_of,
    entry_of,
    locked_entry_of,
)
from server.store.engine.rows import Rows, WrittenRows
from server.store.media.photographs import OF_ENTRIES, photograph_numbers
from server.store.transactions.database import Database


@dataclass(frozen=True, slots=True)
class RegisterReach:
    """The hall (id or slug) whose register a person reads, and whether also what concerns its agents."""

    hall: str
    reads_about_agents: bool


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry, whether its answer is late, and what is marked in its text."""

    row: EntryRow
    is_late: bool
    marks: Sequence[MarkKind]


@dataclass(frozen=True, slots=True)
class Register:
    """The entries of a hall, late ones first, then those without an answer, then the newest.

    `hidden`: how many there are that the reader may not see.
    """

    entries: Sequence[ListedEntry]
    hidden: int


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """An entry as people who answer see it. `pieces`: its text with marks; `verbs`: what may be done now.

    `photographs`: their numbers.
    """

    row: EntryRow
    is_late: bool
    pieces: Sequence[Piece]
    marks: Sequence[MarkKind]
    contact: ContactRow | None
    verbs: Sequence[EntryVerb]
    photographs: Sequence[int]


def read_register(database: Database, reach: RegisterReach) -> Register:
    """The register of a hall. Refusal: unknown_hall."""
    hall = database.hall_id(reach.hall)
    today = business_day(database.configuration(hall).calendar, database.clock.now())
    with database.read() as rows:
        found = entries_of(rows, hall)
    seen = [row for row in found if reach.reads_about_agents or not row.concerns_agent]
    listed = [ListedEntry(row, is_late(row.state, row.due_on, today), mark_kinds(row.text)) for row in seen]
    listed.sort(key=lambda each: (not each.is_late, each.row.state not in ("received", "acknowledged")))
    return Register(listed, len(found) - len(seen))


def read_entry(database: Database, reach: RegisterReach, entry: str) -> ReadEntry:
    """One entry. Refusals: unknown_hall; unknown_complaint, also of one that the reader may not see."""
    hall = database.hall_id(reach.hall)
    today = business_day(database.configuration(hall).calendar, database.clock.now())
    with database.read() as rows:
        row = find_entry(rows, database, reach, entry)
        contact = contact_of(rows, entry)
        photographs = photograph_numbers(rows, OF_ENTRIES, entry)
    return ReadEntry(
        row,
        is_late(row.state, row.due_on, today),
        pieces_of(row.text),
        mark_kinds(row.text),
        contact,
        verbs_of(row.state, row.kind),
        photographs,
    )


def find_entry(rows: Rows, database: Database, reach: RegisterReach, entry: str) -> EntryRow:
    """The entry of an id. Refusal: unknown_complaint, also of another hall or of what is hidden."""
    return _within(database, reach, entry_of(rows, entry))


def find_entry_to_change(rows: WrittenRows, database: Database, reach: RegisterReach, entry: str) -> EntryRow:
    """The entry of an id, which nobody else changes meanwhile. Refusal: that of `find_entry`."""
    return _within(database, reach, locked_entry_of(rows, entry))


def _within(database: Database, reach: RegisterReach, row: EntryRow | None) -> EntryRow:
    if row is None or row.hall != database.hall_id(reach.hall):
        raise Refusal("unknown_complaint")
    if row.concerns_agent and not reach.reads_about_agents:
        raise Refusal("unknown_complaint")
    return row
