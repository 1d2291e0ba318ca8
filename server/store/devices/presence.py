"""How often devices were there, as sums of a local day: one row a device and day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.domain.devices.uptime import DayOfLooks

_LOOKED = (
    "INSERT INTO device_presence (hall, kind, configured, looked_on, seen, missed, seen_at)"
    " VALUES (:hall, :kind, :configured, :looked_on, :seen, :missed, :seen_at)"
    " ON CONFLICT (hall, kind, configured, looked_on) DO UPDATE SET seen = device_presence.seen + :seen,"
    " missed = device_presence.missed + :missed, seen_at = COALESCE(:seen_at, device_presence.seen_at)"
)
_OF_HALL = (
    "SELECT kind, configured, looked_on, seen, missed, seen_at FROM device_presence"
    " WHERE hall = :hall AND looked_on >= :since"
)
_FORGET = "DELETE FROM device_presence WHERE looked_on < :before"


@dataclass(frozen=True, slots=True)
class PresenceCheck:
    """One look at a device (its kind and its id in the hall's document). `seen_at`: its last sign of life.

    `counts`: the hall is open, so that it should be there.
    """

    kind: str
    configured: str
    is_seen: bool
    counts: bool
    seen_at: int | None


@dataclass(frozen=True, slots=True)
class KnownPresence:
    """What is kept of a device: its days, and the last sign of life of all of them (microseconds)."""

    days: tuple[DayOfLooks, ...]
    seen_at: int | None


def keep_looks(rows: Any, hall: str, on: date, looks: Iterable[PresenceCheck]) -> None:
    """Adds looks to the sums of a local day."""
    for look in looks:
        counted = {"seen": int(look.counts and look.is_seen), "missed": int(look.counts and not look.is_seen)}
        device = {"hall": hall, "kind": look.kind, "configured": look.configured}
        rows.run(_LOOKED, {**device, "looked_on": on.isoformat(), **counted, "seen_at": look.seen_at})


def presences_of_hall(rows: Any, hall: str, since: date) -> Mapping[tuple[str, str], KnownPresence]:
    """What is kept of a hall's devices from a local day on, by kind and id in the document."""
    days: dict[tuple[str, str], list[DayOfLooks]] = {}
    last: dict[tuple[str, str], int] = {}
    for row in rows.all(_OF_HALL, hall=hall, since=since.isoformat()):
        device = row["kind"], row["configured"]
        days.setdefault(device, []).append(
            DayOfLooks(date.fromisoformat(row["looked_on"]), row["seen"], row["missed"])
        )
        if row["seen_at"] is not None:
            last[device] = max(row["seen_at"], last.get(device, 0))
    return {device: KnownPresence(tuple(found), last.get(device)) for device, found in days.items()}


def forget_looks(database: Any, before: date) -> int:
    """Deletes the sums of days before a local day; how many."""
    with database.store.write() as rows:
        return int(rows.run(_FORGET, {"before": before.isoformat()}))
