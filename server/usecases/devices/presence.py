"""How often devices were present, and panels off on purpose; the kiosks that ask for attention."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from hardware.json_types import Share
from server.domain.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.devices.connections import uptime
from server.domain.devices.device_state import Sighting, is_off_on_purpose, is_present, player_report
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import half_day_at
from server.domain.people.roles import Permission
from server.domain.printing.printers import (
    may_print,
)
from server.store.configuration.halls import HallRow
from server.store.devices import printers
from server.store.devices.paired_devices import paired_devices
from server.store.devices.printers import Lease
from server.store.devices.sightings import (
    KnownPresence,
    PresenceCheck,
    add_checks,
    add_panel_rest,
    presences,
)
from server.store.transactions.database import Database
from server.usecases.devices.devices import UNKNOWN_PLACES, places_of

type Uptime = Share | None
"""The share of opening hours of the last 30 days in which a device was there; null: not known yet."""


class _Look(NamedTuple):
    """What was seen of the devices of a hall (id) on its local day: checks, and panels off on purpose."""

    hall: str
    on: date
    checks: Sequence[PresenceCheck]
    off: Sequence[str]


def look_at_devices(
    database: Database, halls: Sequence[HallRow], sightings: Mapping[str, Mapping[str, Sighting]]
) -> None:
    """Checks each device of these halls, and adds the results to the sums of its local day.

    A device counts from its pairing on, a printer from the first time it was asked for its state. Outside
    opening hours only the last sign of life is kept. `sightings`: by hall (id). Reads as many statements for
    one hall as for many.
    """
    now = database.clock.now()
    with database.read() as rows:
        paired = {device.configured for device in paired_devices(rows) if device.revoked_at is None}
        leases = {lease.printer: lease for lease in printers.every_lease(rows)}
        configurations = {hall.id: database.configurations.of(rows, hall) for hall in halls}
    looks = []
    for hall, configuration in configurations.items():
        is_open = half_day_at(configuration.calendar, now) is not None
        checks = [
            *_pages(configuration, paired, sightings[hall], now, counts=is_open),
            *_printers(configuration, leases, now, counts=is_open),
        ]
        kept = [check for check in checks if check.counts or check.seen_at is not None]
        off = _panels_off(configuration, sightings[hall], now)
        if kept or off:
            looks.append(_Look(hall, configuration.site.local_day(now), kept, off))
        database.breathe()
    if looks:
        with database.store.write() as rows:
            for look in looks:
                add_checks(rows, look.hall, look.on, look.checks)
                for screen in look.off:
                    add_panel_rest(rows, look.hall, screen, now)


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
    configuration: HallConfiguration, leases: Mapping[str, Lease], now: datetime, *, counts: bool
) -> Iterator[PresenceCheck]:
    for kiosk in places_of(configuration, "kiosk"):
        sighting = printers.sighting_of(leases.get(kiosk))
        if configuration.kiosks[kiosk].printer is not None and sighting is not None:
            yield PresenceCheck("printer", kiosk, may_print(sighting, now), counts, sighting.seen_at)


def uptime_of(
    presence: KnownPresence | None, configuration: HallConfiguration, now: datetime
) -> float | None:
    """The share of opening hours of the last 30 days in which a device was present, from 0 to 1.

    None after too few checks.
    """
    if presence is None:
        return None
    share = uptime(presence.days, configuration.site.local_day(now))
    return None if share is None else round(share, 4)


@dataclass(frozen=True, slots=True)
class PresentDevice:
    """How many checks in opening hours found a device, and how many did not, on `days` days from `since` on.

    `device`: its id in the hall's document; `label`: what the document calls it, of a printer its kiosk.
    """

    kind: str
    device: str
    label: str
    seen: int
    missed: int
    days: int
    since: date

    @property
    def checks(self) -> int:
        """How many checks there were."""
        return self.seen + self.missed


def read_presence(database: Database, hall: str, starts_on: date, ends_on: date) -> list[PresentDevice]:
    """The devices of a hall (id or slug) from `starts_on`, before `ends_on`: those with a day that is kept.

    Days are kept for three months. Refusal: unknown_hall.
    """
    configuration = database.configuration(hall)
    labels = places_of(configuration, "kiosk") | places_of(configuration, "screen")
    with database.read() as rows:
        found_days = presences(rows, [database.hall_id(hall)], starts_on)
    found = []
    for (kind, device), known in sorted(found_days.items()):
        days = [each for each in known.days if each.on < ends_on]
        if days:
            seen, missed = sum(each.seen for each in days), sum(each.missed for each in days)
            since = min(each.on for each in days)
            label = labels.get(device, device)
            found.append(PresentDevice(kind, device, label, seen, missed, len(days), since))
    return found


def _panels_off(
    configuration: HallConfiguration, sightings: Mapping[str, Sighting], now: datetime
) -> list[str]:
    """The screens whose panel is off on purpose now.

    Only a screen that is present counts: what happened while it was away, nobody saw.
    """
    return [
        screen
        for screen in places_of(configuration, "screen")
        if _is_off(sightings.get(screen)) and is_present(sightings.get(screen), now)
    ]


def _is_off(sighting: Sighting | None) -> bool:
    report = player_report(sighting)
    return report is not None and report["panel"] is not None and is_off_on_purpose(report["panel"])


def kiosks_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """The paired kiosks without a printer, of the halls that the reader configures; not those that show the
    number only on purpose.
    """
    with database.read() as rows:
        devices = paired_devices(rows)
    paired = {each.configured: each.created_at for each in devices if each.revoked_at is None}
    for hall in reach.halls_where(Permission.CONFIGURE):
        lacking = [each for each in hall.kiosks.values() if each.paper == "undecided" and not each.is_retired]
        for kiosk in lacking:
            if kiosk.id in paired:
                yield AttentionRow(
                    kind=AttentionKind.KIOSK_WITHOUT_PRINTER,
                    urgency=Urgency.TODAY,
                    since=paired[kiosk.id],
                    site=hall.site.slug,
                    sentence="device_list.to_attend.no_printer",
                    values={"label": kiosk.label, "hall": hall.name},
                    path="/appareils",
                )
