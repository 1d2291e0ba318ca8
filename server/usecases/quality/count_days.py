"""Count the days of a hall: those that are over from what is stored, the others from their visits.

What is counted of a day that is over is stored at once, unless a fact was recorded meanwhile.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from server.domain.author import SYSTEM
from server.domain.hours.calendars import business_day
from server.domain.instants import EPOCH
from server.domain.quality.rollup import DayCounts, Rollup, roll_up
from server.domain.refusals import Refusal
from server.store.configuration.halls import hall_row
from server.store.engine.rows import Rows
from server.store.quality.figures import (
    due_between,
    greetings_between,
    last_end_of_day,
    legs_of_day,
    not_issued_between,
)
from server.store.quality.stored_rollups import (
    PeriodCounts,
    StoredRollup,
    days_with_rows,
    shape_of,
    store_rollup,
    stored_days,
)
from server.store.transactions.database import Database

log = structlog.get_logger()
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CountedHall:
    """A hall (id) at an instant; `today`: the first day that is not over, whose counts are never stored."""

    id: str
    zone: ZoneInfo
    shape: str
    today: date
    now: datetime


def counted_hall(database: Database, hall: str) -> CountedHall:
    """A hall (id or slug) as it is counted now. Refusal: unknown_hall."""
    hall_id, configuration = database.hall_id(hall), database.configuration(hall)
    zone, now = ZoneInfo(configuration.site.time_zone), database.clock.now()
    today = min(business_day(configuration.calendar, now), now.astimezone(zone).date())
    return CountedHall(hall_id, zone, shape_of(zone.key), today, now)


def count_days(
    database: Database, hall: CountedHall, starts_on: date, ends_on: date
) -> dict[date, PeriodCounts | StoredRollup]:
    """The days that have something to count, in order; lets other work through between two of them."""
    with database.read() as rows:
        days = days_with_rows(rows, hall.id, starts_on, ends_on)
        stored = stored_days(rows, hall.id, starts_on, min(ends_on, hall.today), shape=hall.shape)
    found: dict[date, PeriodCounts | StoredRollup] = {}
    for day in sorted({*days, *stored}):
        if day in stored:
            found[day] = stored[day]
        else:
            found[day] = count_day(database, hall, day)
            time.sleep(0)
    return found


def count_day(database: Database, hall: CountedHall, day: date) -> PeriodCounts:
    """The counts of a day, from its visits; stores those of a day that is over."""
    with database.read() as rows:
        head = head_of_counts(rows, hall.id)
        counts = counts_of_day(rows, hall, day)
    if day < hall.today:
        store_unless_changed(database, hall, {day.isoformat(): counts}, head=head)
    return counts


def head_of_counts(rows: Rows, hall: str) -> str:
    """The hash of the hall's last fact: read before counting, it shows whether anything changed since."""
    row = hall_row(rows, hall)
    if row is None:
        raise Refusal("unknown_hall", hall=hall)
    return row.head_hash


def store_unless_changed(
    database: Database, hall: CountedHall, counts: Mapping[str, PeriodCounts], *, head: str
) -> bool:
    """Stores the counts of periods, unless the hall recorded a fact since `head`; whether it did.

    The hall’s lock is held: whoever changes a row later deletes what is stored. A database that is busy or
    full stores nothing: it is counted again next time.
    """
    try:
        with database.transaction(hall.id, SYSTEM) as transaction:
            if transaction.head_hash != head:
                return False
            for period, each in counts.items():
                store_rollup(transaction, hall.id, period, each, shape=hall.shape)
    except Refusal as refusal:
        log.warning("rollup_not_stored", hall=hall.id, reason=refusal.code)
        return False
    return True


def counts_of_day(rows: Rows, hall: CountedHall, day: date) -> PeriodCounts:
    """The counts of a day, from its rows."""
    end = day + ONE_DAY
    legs = legs_of_day(rows, hall.id, day)
    due = due_between(rows, hall.id, day, end, now=hall.now).get(day, {})
    day_counts = DayCounts(
        greetings_between(rows, hall.id, day, end).get(day, {}),
        not_issued_between(rows, hall.id, day, end).get(day, {}),
        due={service: counts[0] for service, counts in due.items()},
        missed={service: counts[1] for service, counts in due.items()},
    )
    apart = [leg for leg in legs if leg.during_alert]
    return PeriodCounts(
        counted=roll_up([leg for leg in legs if not leg.during_alert], day_counts, time_zone=hall.zone),
        counted_during_alert=roll_up(apart, time_zone=hall.zone) if apart else Rollup(),
        visits_during_alert=len({leg.visit for leg in apart}),
        visits_end_at=last_end_of_day(rows, hall.id, day) if legs else EPOCH,
    )
