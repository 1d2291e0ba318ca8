"""Read what halls counted over a long period: one sum a hall, without days and hours."""

import time
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from server.domain.instants import EPOCH
from server.domain.quality.rollup import Rollup
from server.domain.refusals import Refusal
from server.store.quality.stored_rollups import PeriodCounts, StoredRollup, stored_periods
from server.store.transactions.database import Database
from server.usecases.quality.count_days import (
    CountedHall,
    count_days,
    counted_hall,
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
