"""Count days, months and years of a hall: what is over from what is stored, the rest from its visits.

What is counted of a period that is over is stored at once, unless a fact was recorded meanwhile.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import structlog

from server.domain.author import SYSTEM
from server.domain.hours.calendars import business_day
from server.domain.instants import EPOCH
from server.domain.quality.rollup import DayCounts, Rollup, roll_up
from server.domain.refusals import Refusal, existing
from server.store.configuration.halls import hall_row
from server.store.engine.statements import Rows
from server.store.engine.stores import snapshot
from server.store.quality import figures, stored_rollups
from server.store.quality.stored_rollups import PeriodCounts, StoredRollup
from server.store.reports import has_legs_before
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
    zone, now = configuration.site.zone, database.clock.now()
    today = min(business_day(configuration.calendar, now), now.astimezone(zone).date())
    return CountedHall(hall_id, zone, stored_rollups.shape_of(zone.key), today, now)


def count_days(
    database: Database, hall: CountedHall, starts_on: date, ends_on: date
) -> dict[date, PeriodCounts | StoredRollup]:
    """The days that have something to count, in order; lets other work through between two of them."""
    with database.read() as rows:
        days = stored_rollups.days_with_rows(rows, hall.id, starts_on, ends_on)
        stored = stored_rollups.stored_days(
            rows, hall.id, starts_on, min(ends_on, hall.today), shape=hall.shape
        )
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
    row = existing(hall_row(rows, hall), "unknown_hall", hall=hall)
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
                stored_rollups.store_rollup(transaction, hall.id, period, each, shape=hall.shape)
    except Refusal as refusal:
        log.warning("rollup_not_stored", hall=hall.id, reason=refusal.code)
        return False
    return True


def counts_of_day(rows: Rows, hall: CountedHall, day: date) -> PeriodCounts:
    """The counts of a day, from its rows."""
    end = day + ONE_DAY
    legs = figures.legs_of_day(rows, hall.id, day)
    due = figures.due_between(rows, hall.id, day, end, now=hall.now).get(day, {})
    day_counts = DayCounts(
        figures.greetings_between(rows, hall.id, day, end).get(day, {}),
        figures.not_issued_between(rows, hall.id, day, end).get(day, {}),
        informed=figures.informed_between(rows, hall.id, day, end).get(day, {}),
        due={service: counts[0] for service, counts in due.items()},
        missed={service: counts[1] for service, counts in due.items()},
    )
    apart = [leg for leg in legs if leg.during_alert]
    return PeriodCounts(
        counted=roll_up([leg for leg in legs if not leg.during_alert], day_counts, time_zone=hall.zone),
        counted_during_alert=roll_up(apart, time_zone=hall.zone) if apart else Rollup(),
        visits_during_alert=len({leg.visit for leg in apart}),
        visits_end_at=figures.last_end_of_day(rows, hall.id, day) if legs else EPOCH,
    )


class Span(NamedTuple):
    """A month or year by its name, or days without a name: from `starts_on`, before `ends_on`."""

    name: str | None
    starts_on: date
    ends_on: date


def read_totals(
    database: Database, halls: Iterable[str], starts_on: date, ends_on: date, *, with_alerts: bool = True
) -> dict[str, Rollup]:
    """The condensed rollup of each hall (id or slug), by hall; lets other work through between two halls.

    Months and years that are over are read as one row each, and stored at their first read.

    Refusals: unknown_hall, bad_period when it ends before it starts.
    """
    if starts_on >= ends_on:
        raise Refusal("bad_period", period=f"{starts_on}/{ends_on}")
    totals = {}
    for name in halls:
        totals[name] = total_of(
            database, counted_hall(database, name), starts_on, ends_on, with_alerts=with_alerts
        )
        time.sleep(0)
    return totals


def total_of(
    database: Database, hall: CountedHall, starts_on: date, ends_on: date, *, with_alerts: bool = True
) -> Rollup:
    """The condensed rollup of one hall."""
    total = Rollup()
    for counts in _counts(database, hall, starts_on, ends_on):
        part = counts.rollup(with_alerts=with_alerts)
        total.add(part if isinstance(counts, StoredRollup) else part.condensed())
    return total


def spans(starts_on: date, ends_on: date, today: date) -> Iterator[Span]:
    """The fewest spans that make up a period: years and months that are over before `today`, else days."""
    day = starts_on
    while day < ends_on:
        span = next(each for each in _from(day) if each.name is None or each.ends_on <= min(ends_on, today))
        if span.name is None:
            span = Span(None, day, min(span.ends_on, ends_on))
        yield span
        day = span.ends_on


def _from(day: date) -> Iterator[Span]:
    next_month = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    if day.day == 1:
        if day.month == 1:
            yield Span(f"{day:%Y}", day, day.replace(year=day.year + 1))
        yield Span(f"{day:%Y-%m}", day, next_month)
    yield Span(None, day, next_month)


def _counts(
    database: Database, hall: CountedHall, starts_on: date, ends_on: date
) -> Iterator[PeriodCounts | StoredRollup]:
    parts = list(spans(starts_on, ends_on, hall.today))
    with database.read() as rows:
        names = [part.name for part in parts if part.name]
        stored = stored_rollups.stored_periods(rows, hall.id, names, shape=hall.shape)
    for part in parts:
        if part.name is None:
            yield condensed_sum(count_days(database, hall, part.starts_on, part.ends_on).values())
        else:
            yield stored.get(part.name) or store_span(database, hall, part)


def store_span(database: Database, hall: CountedHall, span: Span) -> PeriodCounts:
    """The counts of a month or year that is over, from its months or days; stores them."""
    assert span.name is not None
    with database.read() as rows:
        head = head_of_counts(rows, hall.id)
    if len(span.name) == len("2026"):
        months = [
            part
            for month in _months(span)
            for part in _counts(database, hall, month.starts_on, month.ends_on)
        ]
        counts = condensed_sum(months)
    else:
        counts = condensed_sum(count_days(database, hall, span.starts_on, span.ends_on).values())
    store_unless_changed(database, hall, {span.name: counts}, head=head)
    return counts


def _months(year: Span) -> Iterator[Span]:
    day = year.starts_on
    while day < year.ends_on:
        month = next(each for each in _from(day) if each.name != year.name)
        yield month
        day = month.ends_on


def condensed_sum(parts: Iterable[PeriodCounts | StoredRollup]) -> PeriodCounts:
    """The sum of the counts of several days or months, by service, class and end reason.

    Lets other work through between two of them.
    """
    counted, during_alert, visits, ends_at = Rollup(), Rollup(), 0, EPOCH
    has_open = False
    for part in parts:
        each = part.unpacked() if isinstance(part, StoredRollup) else part
        counted.add(each.counted.condensed())
        during_alert.add(each.counted_during_alert.condensed())
        visits += each.visits_during_alert
        has_open = has_open or each.visits_end_at is None
        ends_at = max(ends_at, each.visits_end_at or EPOCH)
        time.sleep(0)
    return PeriodCounts(counted, during_alert, visits, None if has_open else ends_at)


def store_past_days(database: Database, hall: str) -> Iterator[date]:
    """Counts and stores what is missing of a hall’s (id) past, month by month, the newest first.

    Yields after each day that it counted and after each month, so that the caller may let other work through
    or stop; what is stored by then stays, and a later run goes on from there. Refusal: unknown_hall.
    """
    counted = counted_hall(database, hall)
    ends_on = counted.today
    while True:
        first = (ends_on - ONE_DAY).replace(day=1)
        for day in _missing_days(database, counted, first, ends_on):
            count_day(database, counted, day)
            yield day
        if ends_on < counted.today or ends_on.day == 1:
            read_totals(database, [hall], first, ends_on)
        yield first
        with database.read() as rows:
            is_last = not has_legs_before(rows, counted.id, first)
        new_year = date(first.year + 1, 1, 1)
        if (is_last or first.month == 1) and new_year <= counted.today:
            read_totals(database, [hall], date(first.year, 1, 1), new_year)
        if is_last:
            return
        ends_on = first


def _missing_days(database: Database, hall: CountedHall, starts_on: date, ends_on: date) -> list[date]:
    with database.read() as rows:
        days = stored_rollups.days_with_rows(rows, hall.id, starts_on, ends_on)
        stored = stored_rollups.names_of_stored_days(rows, hall.id, starts_on, ends_on, shape=hall.shape)
    return sorted(set(days) - stored, reverse=True)


ALWAYS = (date(1970, 1, 1), date(9999, 12, 31))


@dataclass(slots=True)
class Recomputed:
    """How many stored rollups of a hall were recomputed, and the periods of those that differed."""

    checked: int = 0
    differing: list[str] = field(default_factory=list)


def recompute_rollups(database: Database, hall: str, days: tuple[date, date] = ALWAYS) -> Recomputed:
    """Recomputes the stored rollups that lie in `days` (end excluded); replaces those that differ.

    `hall` is an id or a slug. Refusal: unknown_hall.
    """
    counted, result = counted_hall(database, hall), Recomputed()
    with database.read() as rows:
        names = stored_rollups.names_of_stored(rows, counted.id, shape=counted.shape)
    for name in sorted(names):
        if days[0] <= _first_day(name) and _last_day(name) < days[1]:
            result.checked += 1
            if _differs(database, counted, name):
                result.differing.append(name)
    return result


def _differs(database: Database, hall: CountedHall, name: str) -> bool:
    """Whether a stored rollup differs from its rows, both of one committed state; it is replaced then."""
    with snapshot(database) as rows:
        head = head_of_counts(rows, hall.id)
        stored = stored_rollups.stored_periods(rows, hall.id, [name], shape=hall.shape).get(name)
        counts = _recomputed(rows, hall, name)
    if stored is None or stored.unpacked() == counts:
        return False
    store_unless_changed(database, hall, {name: counts}, head=head)
    return True


def _recomputed(rows: Rows, hall: CountedHall, name: str) -> PeriodCounts:
    first, last = _first_day(name), _last_day(name)
    if first == last:
        return counts_of_day(rows, hall, first)
    days = stored_rollups.days_with_rows(rows, hall.id, first, last + timedelta(days=1))
    return condensed_sum(counts_of_day(rows, hall, day) for day in days)


def _first_day(name: str) -> date:
    return date.fromisoformat(f"{name}-01-01"[:10])


def _last_day(name: str) -> date:
    first = _first_day(name)
    if len(name) == len("2026-11-24"):
        return first
    if len(name) == len("2026-11"):
        return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(month=12, day=31)
