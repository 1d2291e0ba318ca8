"""Read what halls counted over a long period, one sum a hall; store the past, or count it again."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from server.domain.instants import EPOCH
from server.domain.quality.rollup import Rollup
from server.domain.refusals import Refusal
from server.store.engine.rows import Rows
from server.store.engine.snapshots import snapshot
from server.store.quality.stored_rollups import (
    PeriodCounts,
    StoredRollup,
    days_with_rows,
    names_of_stored,
    names_of_stored_days,
    stored_periods,
)
from server.store.reports import has_legs_before
from server.store.transactions.database import Database
from server.usecases.quality.count_days import (
    ONE_DAY,
    CountedHall,
    count_day,
    count_days,
    counted_hall,
    counts_of_day,
    head_of_counts,
    store_unless_changed,
)


class Span(NamedTuple):
    """A month or year by its name, or days without a name: from `starts_on`, before `ends_on`."""

    name: str | None
    starts_on: date
    ends_on: date


def read_totals(
    database: Database,
    halls: Iterable[str],
    starts_on: date,
    ends_on: date,
    *,
    with_alerts: bool = True,
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
        stored = stored_periods(rows, hall.id, names, shape=hall.shape)
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
        days = days_with_rows(rows, hall.id, starts_on, ends_on)
        stored = names_of_stored_days(rows, hall.id, starts_on, ends_on, shape=hall.shape)
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
        names = names_of_stored(rows, counted.id, shape=counted.shape)
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
        stored = stored_periods(rows, hall.id, [name], shape=hall.shape).get(name)
        counts = _recomputed(rows, hall, name)
    if stored is None or stored.unpacked() == counts:
        return False
    store_unless_changed(database, hall, {name: counts}, head=head)
    return True


def _recomputed(rows: Rows, hall: CountedHall, name: str) -> PeriodCounts:
    first, last = _first_day(name), _last_day(name)
    if first == last:
        return counts_of_day(rows, hall, first)
    days = days_with_rows(rows, hall.id, first, last + timedelta(days=1))
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
