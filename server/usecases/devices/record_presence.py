"""Check every two minutes which devices of a hall are present, and add it to the sums of the day."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hardware.json_types import Share
from server.domain.devices.device_state import Sighting, is_present
from server.domain.devices.uptime import DAYS, uptime
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import opening_at
from server.domain.printing.printers import may_print
from server.store.devices.paired_devices import paired_devices
from server.store.devices.sightings import KnownPresence, PresenceCheck, add_checks, presences_of_hall
from server.store.engine.rows import Rows
from server.store.printing.leases import printer_sighting
from server.store.transactions.database import Database
from server.usecases.devices.devices import UNKNOWN_PLACES, places_of

type Uptime = Share | None
"""The share of opening hours of the last 30 days in which a device was there; null: not known yet."""


def record_presences(database: Database, hall: str, sightings: Mapping[str, Sighting]) -> int:
    """Checks each device of a hall (id), adds the results to the sums of its local day; how many are missed.

    A device counts from its pairing on, a printer from the first time it was asked for its state. Outside
    opening hours only the last sign of life is kept.
    """
    configuration, now = database.configuration(hall), database.clock.now()
    is_open = opening_at(configuration.calendar, now).is_open
    with database.read() as rows:
        paired = {row.configured for row in paired_devices(rows, hall) if row.revoked_at is None}
        checks = [
            *_pages(configuration, paired, sightings, now, counts=is_open),
            *_printers(rows, configuration, now, counts=is_open),
        ]
    kept = [check for check in checks if check.counts or check.seen_at is not None]
    if kept:
        with database.store.write() as rows:
            add_checks(rows, hall, now.astimezone(ZoneInfo(configuration.site.time_zone)).date(), kept)
    return sum(check.counts and not check.is_seen for check in checks)


def _pages(
    configuration: HallConfiguration,
    paired: set[str],
    sightings: Mapping[str, Sighting],
    now: datetime,
    *,
    counts: bool,
) -> Iterator[PresenceCheck]:
    for kind in UNKNOWN_PLACES:
        for device in places_of(configuration, kind):
            if device in paired:
                sighting = sightings.get(device)
                seen_at = None if sighting is None else sighting.seen_at
                yield PresenceCheck(kind, device, is_present(sighting, now), counts, seen_at)


def _printers(
    rows: Rows, configuration: HallConfiguration, now: datetime, *, counts: bool
) -> Iterator[PresenceCheck]:
    for kiosk in places_of(configuration, "kiosk"):
        sighting = printer_sighting(rows, kiosk)
        if configuration.kiosks[kiosk].printer is not None and sighting is not None:
            yield PresenceCheck("printer", kiosk, may_print(sighting, now), counts, sighting.seen_at)


def known_presences(
    rows: Rows, hall: str, configuration: HallConfiguration, now: datetime
) -> Mapping[tuple[str, str], KnownPresence]:
    """The presence of a hall's devices in the days an uptime covers, by kind and id in its document."""
    today = now.astimezone(ZoneInfo(configuration.site.time_zone)).date()
    return presences_of_hall(rows, hall, today - timedelta(days=DAYS - 1))


def uptime_of(
    presence: KnownPresence | None, configuration: HallConfiguration, now: datetime
) -> float | None:
    """The share of opening hours of the last 30 days in which a device was present, from 0 to 1.

    None after too few checks.
    """
    if presence is None:
        return None
    share = uptime(presence.days, now.astimezone(ZoneInfo(configuration.site.time_zone)).date())
    return None if share is None else round(share, 4)
