"""Write in the register of a hall: visitors by the public page, people at work for what came otherwise."""

from collections.abc import Collection
from datetime import datetime
from typing import TypedDict

from server.domain.complaints import (
    MOST_A_DAY,
    PUBLIC_CHANNELS,
    TEXTS_KEPT,
    ComplaintRules,
    EntryRequest,
    EntryState,
    checked_entry,
    contact_erased_at,
    counted_from,
    due_day,
    entry_keys,
    written_day,
)
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import business_day
from server.domain.refusals import Refusal
from server.ids import token_digest
from server.store.complaints import (
    ContactRow,
    EntryRow,
    count_public_entries,
    insert_entry,
    reopened_at,
)
from server.store.engine.rows import Rows
from server.store.media.photographs import OF_ENTRIES, insert_photograph
from server.store.transactions.database import Database


class AddedEntry(TypedDict):
    """An entry that was just written. `secret`: opens its state and its answer, known to the sender only."""

    entry: str
    reference: str
    secret: str


def add_entry(
    database: Database,
    hall: str,
    written: EntryRequest,
    *,
    form: str,
    language: str,
    channels: Collection[str],
) -> AddedEntry:
    """Adds an entry to the register of a hall (id or slug). The same form again adds nothing.

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
        is_new = insert_entry(rows, row, contact)
        for number, content in enumerate(entry.photographs if is_new else (), 1):
            insert_photograph(rows, OF_ENTRIES, (row.id, number), content, now + TEXTS_KEPT)
        if is_new and row.channel in PUBLIC_CHANNELS and _is_over_budget(rows, row):
            raise Refusal("register_full")
    return {"entry": row.id, "reference": row.reference, "secret": keys.secret}


def open_register(database: Database, hall: str) -> HallConfiguration:
    """The hall (id or slug) of a register. Refusal: unknown_hall, also while its site has none."""
    configuration = database.configuration(database.hall_id(hall))
    if not configuration.site.complaints.is_open:
        raise Refusal("unknown_hall", hall=hall)
    return configuration


def _is_over_budget(rows: Rows, row: EntryRow) -> bool:
    since = counted_from(row.received_at, reopened_at(rows, row.hall))
    return count_public_entries(rows, row.hall, since).get(row.channel, 0) > MOST_A_DAY


def _contact(entry: str, contact: str, now: datetime, rules: ComplaintRules) -> ContactRow | None:
    if not contact:
        return None
    return ContactRow(entry, contact, contact_erased_at(now, None, rules.contact_days))
