"""The entries of the register, and the contacts of their authors in rows of their own."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, or_, select

from server.domain.complaints import PUBLIC_CHANNELS, EntryFields, EntryState
from server.store.engine.lookups import ChangeBy, KeepFields, OfHall, One, Several
from server.store.engine.statements import Write, WrittenRows, rows_of, values_of
from server.store.tables.voice import complaint, complaint_contact, register_reopening


@dataclass(frozen=True, slots=True)
class EntryRow(EntryFields):
    """An entry of a hall (id).

    `answered_at`: of the answer, or of the decision to give none; `notice`: the draft made of it.
    """

    id: str
    hall: str
    reference: str
    secret_digest: str
    language: str
    written_on: date
    due_on: date | None
    state: str
    answer: str
    reason: str
    public_asked: str
    public_done: str
    received_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    released_at: datetime | None
    notice: str | None
    action: str | None


@dataclass(frozen=True, slots=True)
class ContactRow:
    """How to reach the author of an entry, and when this is erased."""

    complaint: str
    contact: str
    erase_after: datetime


entries_of = Several.of(EntryRow, complaint, "hall", order=(complaint.c.received_at.desc(), "id"))
"""The entries of a hall (id), the newest first."""
entry_of = One.of(EntryRow, complaint, "id")
"""The entry of an id."""
locked_entry_of = One.of(EntryRow, complaint, "id", is_locked=True)
"""The entry of an id, which nobody else changes before this transaction ends."""
entry_of_reference = One.of(EntryRow, complaint, "reference")
"""The entry of a reference."""
released_entries = Several(
    EntryRow,
    rows_of(EntryRow, complaint)
    .where(complaint.c.hall == bindparam("hall"), complaint.c.released_at.is_not(None))
    .order_by(complaint.c.released_at.desc())
    .limit(bindparam("most")),
    names=("hall", "most"),
)
"""The entries of a hall (id) whose public wording everybody may read, the newest first."""
_REOPENED_AT = register_reopening.c.reopened_at
count_public_entries = OfHall(
    tuple[str, str, int],
    select(complaint.c.hall, complaint.c.channel, func.count().label("count"))
    .select_from(complaint.outerjoin(register_reopening, register_reopening.c.hall == complaint.c.hall))
    .where(
        complaint.c.received_at > bindparam("since"),
        or_(_REOPENED_AT.is_(None), complaint.c.received_at > _REOPENED_AT),
        complaint.c.channel.in_(PUBLIC_CHANNELS),
        complaint.c.state != EntryState.SET_ASIDE,
    )
    .group_by(complaint.c.hall, complaint.c.channel),
    complaint.c.hall,
)
"""How many entries halls (ids) received after an instant and the last reopening of their registers, by hall
and public channel; none that is set aside.
"""
_MOVE = Write(
    complaint.update().where(
        complaint.c.id.in_(bindparam("of_ids", expanding=True)), complaint.c.state == bindparam("of_state")
    ),
    *("state", "reason"),
)
reopenings = OfHall(
    tuple[str, datetime],
    select(register_reopening.c.hall, register_reopening.c.reopened_at),
    register_reopening.c.hall,
)
"""When somebody last reopened the registers of halls, by hall (id)."""
_REOPEN = Write.upsert(register_reopening, ["hall"], ["reopened_at"])
unanswered_entries = OfHall(
    EntryRow,
    rows_of(EntryRow, complaint)
    .where(complaint.c.state.in_([EntryState.RECEIVED, EntryState.ACKNOWLEDGED]))
    .order_by(complaint.c.received_at),
    complaint.c.hall,
)
"""The entries of halls that wait for an answer, the oldest first."""
_INSERT = Write.new_row_once(complaint, EntryRow)
change_entry = KeepFields(
    complaint,
    EntryRow,
    *("state", "answer", "reason", "public_asked", "public_done", "answered_at", "closed_at", "released_at"),
    *("notice", "action", "concerns_agent"),
)
"""Keeps what changed of an entry that `locked_entry_of` read."""
contact_of = One.of(ContactRow, complaint_contact, "complaint")
"""The contact of the author of an entry; None: there is none, or it was erased."""
_INSERT_CONTACT = Write.new_row(complaint_contact, ContactRow)
erase_contact_after = ChangeBy(
    complaint_contact.update().where(complaint_contact.c.complaint == bindparam("of_complaint")),
    *("of_complaint", "erase_after"),
)
"""Keeps when the contact of an entry is erased."""


def move_entries(
    rows: WrittenRows, entries: Collection[str], states: tuple[EntryState, EntryState], reason: str
) -> int:
    """Gives the entries that are in the first of two states the second one, with its reason; how many."""
    before, after = states
    return rows.execute(_MOVE, of_ids=list(entries), of_state=before, state=after, reason=reason)


def keep_reopening(rows: WrittenRows, hall: str, at: datetime) -> None:
    """Keeps that somebody reopened the register of a hall (id)."""
    rows.execute(_REOPEN, hall=hall, reopened_at=at)


def insert_entry(rows: WrittenRows, new: EntryRow, contact: ContactRow | None) -> bool:
    """Keeps a new entry, and the contact of its author apart from it; False: one of this id stays."""
    is_new = bool(rows.execute(_INSERT, **values_of(new)))
    if is_new and contact is not None:
        rows.execute(_INSERT_CONTACT, **values_of(contact))
    return is_new
