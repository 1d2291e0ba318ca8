"""Count the entries of a hall’s register in a period, for the evidence pack."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from server.domain.complaints.entries import EntryState
from server.domain.complaints.summary import CountedEntry, EntryCount, count_by_month
from server.domain.quality.periods import Period
from server.store.complaints import entries_of
from server.store.transactions.database import Database


def count_entries(database: Database, hall: str, period: Period) -> list[EntryCount]:
    """What the register of a hall (id or slug) received in a period, without what was set aside.

    Refusal: unknown_hall.
    """
    hall_id = database.hall_id(hall)
    zone = ZoneInfo(database.configuration(hall_id).site.time_zone)
    with database.read() as rows:
        found = entries_of(rows, hall_id)
    counted = (
        CountedEntry(
            row.kind,
            row.channel,
            row.state,
            _day(row.received_at, zone),
            row.due_on,
            None if row.answered_at is None else _day(row.answered_at, zone),
        )
        for row in found
        if row.state != EntryState.SET_ASIDE
    )
    return count_by_month(each for each in counted if period.starts_on <= each.received_on < period.ends_on)


def _day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()
