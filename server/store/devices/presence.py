"""How often devices were present, as sums of a local day: one row for each device and day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, bindparam, func

from server.domain.devices.uptime import DayOfLooks
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import NewValues, Read, Write, rows_of
from server.store.tables.devices import device_presence

_KEY = ("hall", "kind", "configured", "looked_on")


@dataclass(frozen=True, slots=True)
class PresenceCheck:
    """One check of a device (its kind and its id in the hall's document). `seen_at`: its last sign of life.

    `counts`: the hall is open, so that the device should be present.
    """

    kind: str
    configured: str
    is_seen: bool
    counts: bool
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownPresence:
    """The sums of the days of a device, and the last sign of life in all of them."""

    days: tuple[DayOfLooks, ...]
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Day:
    kind: str
    configured: str
    looked_on: date
    seen: int
    missed: int
    seen_at: datetime | None


def _added(new: NewValues) -> Mapping[str, ColumnElement[object]]:
    return {
        "seen": device_presence.c.seen + new.seen,
        "missed": device_presence.c.missed + new.missed,
        "seen_at": func.coalesce(new.seen_at, device_presence.c.seen_at),
    }


_ADD = Write.insert_or(_added, device_presence, _KEY, ["seen", "missed", "seen_at"])
_OF_HALL = Read(
    _Day,
    rows_of(_Day, device_presence).where(
        device_presence.c.hall == bindparam("hall"), device_presence.c.looked_on >= bindparam("since")
    ),
)
_DELETE = Write(device_presence.delete().where(device_presence.c.looked_on < bindparam("before")))


def add_checks(rows: WrittenRows, hall: str, on: date, checks: Iterable[PresenceCheck]) -> None:
    """Adds checks of a hall's (id) devices to the sums of a local day."""
    for check in checks:
        rows.execute(
            _ADD,
            hall=hall,
            kind=check.kind,
            configured=check.configured,
            looked_on=on,
            seen=int(check.counts and check.is_seen),
            missed=int(check.counts and not check.is_seen),
            seen_at=check.seen_at,
        )


def presences_of_hall(rows: Rows, hall: str, since: date) -> Mapping[tuple[str, str], KnownPresence]:
    """The presence of a hall's (id) devices from a local day on, by kind and id in the document."""
    found: dict[tuple[str, str], list[_Day]] = {}
    for day in rows.all(_OF_HALL, hall=hall, since=since):
        found.setdefault((day.kind, day.configured), []).append(day)
    return {device: _presence_of(days) for device, days in found.items()}


def _presence_of(days: Sequence[_Day]) -> KnownPresence:
    sums = tuple(DayOfLooks(day.looked_on, day.seen, day.missed) for day in days)
    return KnownPresence(sums, max((day.seen_at for day in days if day.seen_at is not None), default=None))


def delete_checks(rows: WrittenRows, before: date) -> int:
    """Deletes the sums of days before a local day; how many."""
    return rows.execute(_DELETE, before=before)
