"""Stored rollups: the counts of days, months and years that are over.

A stored rollup is right as long as it is there: triggers delete it in the transaction that changes a row it
counted. A writer must know that nothing changed since it began to count (`store_rollup`).
"""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from sqlalchemy import bindparam, func, select, type_coerce, union

import server.domain.quality as counting
from server.domain.quality.compact_rollup import from_compact, to_compact
from server.domain.quality.rollup import Rollup
from server.store.engine.statements import Read, Rows, Write, rows_of
from server.store.engine.writes import Writes
from server.store.tables.columns import Day
from server.store.tables.reports import stored_rollup
from server.store.tables.visits import appointment, greeting, leg, not_issued

_READING = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class PeriodCounts:
    """What a hall counted in a period, the visits that were present during an alert apart.

    `visits_end_at`: when the last of its visits ended; None where one has not ended. A later alert cannot
    change these counts. `visits_during_alert`: the number of visits in `counted_during_alert`.
    """

    counted: Rollup
    counted_during_alert: Rollup
    visits_during_alert: int
    visits_end_at: datetime | None

    def rollup(self, *, with_alerts: bool) -> Rollup:
        """The counts, with or without the visits that were present during an alert."""
        whole = self.counted.copy()
        if with_alerts:
            whole.add(self.counted_during_alert)
        return whole

    def packed(self) -> tuple[bytes, bytes]:
        """Both parts as they are stored: equal counts are equal bytes."""
        return _packed(self.counted), _packed(self.counted_during_alert)


@dataclass(frozen=True, slots=True)
class StoredRollup:
    """A stored rollup, still packed: most readers need one of its two parts only."""

    period: str
    visits_end_at: datetime | None
    visits_during_alert: int
    counted: bytes
    counted_during_alert: bytes

    def rollup(self, *, with_alerts: bool) -> Rollup:
        """The counts, with or without the visits that were present during an alert."""
        whole = _unpacked(self.counted)
        if with_alerts and self.visits_during_alert:
            whole.add(_unpacked(self.counted_during_alert))
        return whole

    def packed(self) -> tuple[bytes, bytes]:
        """Both parts as they are stored."""
        return self.counted, self.counted_during_alert

    def unpacked(self) -> PeriodCounts:
        """Both parts."""
        return PeriodCounts(
            _unpacked(self.counted),
            _unpacked(self.counted_during_alert),
            self.visits_during_alert,
            self.visits_end_at,
        )


_ROLLUPS = rows_of(StoredRollup, stored_rollup)
_OF_HALL = (stored_rollup.c.hall == bindparam("hall"), stored_rollup.c.shape == bindparam("shape"))
_BETWEEN = (
    *_OF_HALL,
    stored_rollup.c.period >= bindparam("first"),
    stored_rollup.c.period < bindparam("end"),
    func.length(stored_rollup.c.period) == 10,
)
_DAYS = Read(StoredRollup, _ROLLUPS.where(*_BETWEEN).order_by(stored_rollup.c.period))
_NAMES_OF_DAYS = Read(str, select(stored_rollup.c.period).where(*_BETWEEN))
_NAMES = Read(str, select(stored_rollup.c.period).where(*_OF_HALL))
_NAMED = Read(
    StoredRollup,
    _ROLLUPS.where(*_OF_HALL, stored_rollup.c.period.in_(bindparam("periods", expanding=True))),
)
_STORE = Write.upsert(
    stored_rollup,
    ("hall", "period"),
    ("shape", "visits_end_at", "visits_during_alert", "counted", "counted_during_alert"),
)
_WITH_ROWS = Read(
    date,
    union(
        *(
            select(day.label("day")).where(
                hall == bindparam("hall"), day >= bindparam("starts_on"), day < bindparam("ends_on")
            )
            for hall, day in (
                (leg.c.hall, leg.c.business_day),
                (greeting.c.hall, greeting.c.business_day),
                (not_issued.c.hall, not_issued.c.business_day),
                (appointment.c.hall, type_coerce(appointment.c.booked_on, Day)),
            )
        )
    ),
)


@cache
def counting_version() -> str:
    """A digest of the code that counts: what another version stored is never read."""
    digest = hashlib.sha256()
    for folder in (Path(counting.__file__).parent, _READING):
        for file in sorted(folder.glob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def shape_of(time_zone: str) -> str:
    """What a stored rollup must agree on to be read: how this version counts, and the hall's time zone."""
    return f"{counting_version()} {time_zone}"


def days_with_rows(rows: Rows, hall: str, starts_on: date, ends_on: date) -> list[date]:
    """The days of a hall (id) with something to count, from `starts_on`, before `ends_on`; in order."""
    return sorted(rows.all(_WITH_ROWS, hall=hall, starts_on=starts_on, ends_on=ends_on))


def stored_days(
    rows: Rows, hall: str, starts_on: date, ends_on: date, *, shape: str
) -> dict[date, StoredRollup]:
    """The stored days of a hall (id), from `starts_on`, before `ends_on`."""
    found = rows.all(_DAYS, hall=hall, shape=shape, first=starts_on.isoformat(), end=ends_on.isoformat())
    return {date.fromisoformat(each.period): each for each in found}


def names_of_stored_days(rows: Rows, hall: str, starts_on: date, ends_on: date, *, shape: str) -> set[date]:
    """The days that `stored_days` would find."""
    found = rows.all(
        _NAMES_OF_DAYS, hall=hall, shape=shape, first=starts_on.isoformat(), end=ends_on.isoformat()
    )
    return {date.fromisoformat(each) for each in found}


def names_of_stored(rows: Rows, hall: str, *, shape: str) -> set[str]:
    """The days, months and years of a hall (id) that are stored."""
    return set(rows.all(_NAMES, hall=hall, shape=shape))


def stored_periods(rows: Rows, hall: str, periods: Sequence[str], *, shape: str) -> dict[str, StoredRollup]:
    """Those of these periods (`2026-11-24`, `2026-11`, `2026`) of a hall (id) that are stored, by name."""
    found = rows.all(_NAMED, hall=hall, shape=shape, periods=list(periods)) if periods else []
    return {each.period: each for each in found}


def store_rollup(transaction: Writes, hall: str, period: str, counts: PeriodCounts, *, shape: str) -> None:
    """Stores the counts of a period of a hall (id). Nothing may have changed since they were counted."""
    counted, during_alert = counts.packed()
    transaction.run(
        _STORE,
        hall=hall,
        period=period,
        shape=shape,
        visits_end_at=counts.visits_end_at,
        visits_during_alert=counts.visits_during_alert,
        counted=counted,
        counted_during_alert=during_alert,
    )


def _packed(rollup: Rollup) -> bytes:
    return zlib.compress(to_compact(rollup).encode(), 6)


def _unpacked(packed: bytes) -> Rollup:
    return from_compact(zlib.decompress(packed))
