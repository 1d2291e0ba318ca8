"""Read the register of a hall, one of its entries, what its author may know of it, and its counts."""

import hmac
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.domain.complaints import (
    BUDGET_OF,
    MOST_A_DAY,
    PUBLIC_CHANNELS,
    TEXTS_KEPT,
    ComplaintRules,
    CountedEntry,
    EntryCount,
    EntryKeys,
    EntryRequest,
    EntryState,
    EntryVerb,
    checked_entry,
    contact_erased_at,
    count_by_month,
    due_day,
    entry_keys,
    is_late,
    typed_key,
    verbs_of,
    written_day,
)
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import business_day
from server.domain.quality.periods import Period
from server.domain.refusals import Refusal
from server.domain.texts import MarkKind, Piece, mark_kinds, pieces_of
from server.ids import token_digest
from server.store import complaints
from server.store.complaints import ContactRow, EntryRow
from server.store.engine.statements import Rows, WrittenRows
from server.store.photographs import OF_ENTRIES, insert_photograph, photograph_numbers
from server.store.transactions.database import Database


def add_entry(
    database: Database,
    hall: str,
    written: EntryRequest,
    *,
    form: str,
    language: str,
    channels: Collection[str],
) -> EntryKeys:
    """Adds an entry to the register of a hall (id or slug); its keys. The same form again adds nothing.

    `channels`: those that the sender may name. Refusals: unknown_hall, also while the site has no register;
    register_full, of a public channel only: what people at work enter is never counted; those of
    `checked_entry`.
    """
    configuration = open_register(database, hall)
    rules, now = configuration.site.complaints, database.clock.now()
    today = business_day(configuration.calendar, now)
    entry = checked_entry(written, today, channels=channels)
    written_on = written_day(entry.written_on) if entry.written_on else today
    keys = entry_keys(form)
    row = EntryRow(
        **entry.kept(),
        id=keys.id,
        hall=database.hall_id(hall),
        reference=keys.reference,
        secret_digest=token_digest(keys.secret),
        language=language,
        written_on=written_on,
        due_on=due_day(entry.kind, today, rules),
        state=EntryState.RECEIVED,
        answer="",
        reason="",
        public_asked="",
        public_done="",
        received_at=now,
        answered_at=None,
        closed_at=None,
        released_at=None,
        notice=None,
        action=None,
    )
    contact = _contact(row.id, entry.contact, now, rules)
    with database.store.write() as rows:
        is_new = complaints.insert_entry(rows, row, contact)
        for number, content in enumerate(entry.photographs if is_new else (), 1):
            insert_photograph(rows, OF_ENTRIES, (row.id, number), content, now + TEXTS_KEPT)
        if is_new and row.channel in PUBLIC_CHANNELS and _is_over_budget(rows, row):
            raise Refusal("register_full")
    return keys


def open_register(database: Database, hall: str) -> HallConfiguration:
    """The hall (id or slug) of a register. Refusal: unknown_hall, also while its site has none."""
    configuration = database.configuration(database.hall_id(hall))
    if not configuration.site.complaints.has_register:
        raise Refusal("unknown_hall", hall=hall)
    return configuration


def _is_over_budget(rows: Rows, row: EntryRow) -> bool:
    counts = complaints.count_public_entries(rows, row.hall, since=row.received_at - BUDGET_OF)
    return any(channel == row.channel and count > MOST_A_DAY for _, channel, count in counts)


def _contact(entry: str, contact: str, now: datetime, rules: ComplaintRules) -> ContactRow | None:
    if not contact:
        return None
    return ContactRow(entry, contact, contact_erased_at(now, None, rules.contact_days))


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
class ReadEntry(ListedEntry):
    """An entry as people who answer see it. `pieces`: its text with marks; `verbs`: what may be done now.

    `photographs`: their numbers.
    """

    pieces: Sequence[Piece]
    contact: ContactRow | None
    verbs: Sequence[EntryVerb]
    photographs: Sequence[int]


def read_register(database: Database, reach: RegisterReach) -> Register:
    """The register of a hall. Refusal: unknown_hall."""
    hall = database.hall_id(reach.hall)
    today = business_day(database.configuration(hall).calendar, database.clock.now())
    with database.read() as rows:
        found = complaints.entries_of(rows, hall)
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
        contact = complaints.contact_of(rows, entry)
        photographs = photograph_numbers(rows, OF_ENTRIES, entry)
    return ReadEntry(
        row,
        is_late(row.state, row.due_on, today),
        mark_kinds(row.text),
        pieces_of(row.text),
        contact,
        verbs_of(row.state, row.kind),
        photographs,
    )


def find_entry(rows: Rows, database: Database, reach: RegisterReach, entry: str) -> EntryRow:
    """The entry of an id. Refusal: unknown_complaint, also of another hall or of what is hidden."""
    return _within(database, reach, complaints.entry_of(rows, entry))


def find_entry_to_change(rows: WrittenRows, database: Database, reach: RegisterReach, entry: str) -> EntryRow:
    """The entry of an id, which nobody else changes meanwhile. Refusal: that of `find_entry`."""
    return _within(database, reach, complaints.locked_entry_of(rows, entry))


def _within(database: Database, reach: RegisterReach, row: EntryRow | None) -> EntryRow:
    is_hidden = row is not None and row.concerns_agent and not reach.reads_about_agents
    if row is None or is_hidden or row.hall != database.hall_id(reach.hall):
        raise Refusal("unknown_complaint")
    return row


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """The state of an entry. `reason`: why there is no answer; `due_on`: until when one is awaited."""

    reference: str
    kind: str
    state: str
    written_on: date
    due_on: date | None
    answer: str
    reason: str


def read_own_entry(database: Database, hall: str, *, reference: str, secret: str) -> OwnEntry:
    """The state of the entry of a reference with its secret, as they are typed.

    Refusals: unknown_hall, also while the site has no register; unknown_complaint, also for a wrong secret.
    """
    open_register(database, hall)
    with database.read() as rows:
        row = complaints.entry_of_reference(rows, typed_key(reference))
    digest = token_digest(typed_key(secret))
    if (
        row is None
        or row.hall != database.hall_id(hall)
        or not hmac.compare_digest(row.secret_digest, digest)
    ):
        raise Refusal("unknown_complaint")
    reason = "" if row.state == EntryState.SET_ASIDE else row.reason
    return OwnEntry(row.reference, row.kind, row.state, row.written_on, row.due_on, row.answer, reason)


def counted_entries(database: Database, hall: str) -> Iterator[CountedEntry]:
    """What the register of a hall (id or slug) received, to be counted, without what was set aside.

    Refusal: unknown_hall.
    """
    hall_id = database.hall_id(hall)
    site = database.configuration(hall_id).site
    with database.read() as rows:
        found = complaints.entries_of(rows, hall_id)
    for row in found:
        if row.state != EntryState.SET_ASIDE:
            yield CountedEntry(
                row.kind,
                row.channel,
                row.state,
                site.local_day(row.received_at),
                row.due_on,
                None if row.answered_at is None else site.local_day(row.answered_at),
            )


def count_entries(database: Database, hall: str, period: Period) -> list[EntryCount]:
    """What it received in a period, by month, kind and channel. Refusal: unknown_hall."""
    found = counted_entries(database, hall)
    return count_by_month(each for each in found if period.starts_on <= each.received_on < period.ends_on)
