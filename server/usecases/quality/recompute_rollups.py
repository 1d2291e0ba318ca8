"""Recompute stored rollups from the visits, and name those that differ."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from server.store.engine.rows import Rows
from server.store.engine.snapshots import snapshot
from server.store.quality.stored_rollups import (
    PeriodCounts,
    days_with_rows,
    names_of_stored,
    stored_periods,
)
from server.store.transactions.database import Database
from server.usecases.quality.count_days import (
    CountedHall,
    counted_hall,
    counts_of_day,
    head_of_counts,
    store_unless_changed,
)
from server.usecases.quality.read_totals import condensed_sum

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
