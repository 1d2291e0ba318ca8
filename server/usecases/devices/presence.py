"""How often devices were present, and panels off on purpose; the kiosks that ask for attention."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hardware.json_types import Share
from server.domain.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.devices.connections import DAYS, uptime
from server.domain.devices.device_state import Sighting, is_off_on_purpose, is_present, player_report
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import opening_at
from server.domain.people.roles import Permission
from server.domain.printing.printers import may_print
from server.store.devices.paired_devices import paired_devices
from server.store.devices.sightings import (
    KnownPresence,
    PresenceCheck,
    add_checks,
    add_panel_rest,
    presences_of_hall,
)
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
        presences = presences_of_hall(rows, database.hall_id(hall), starts_on)
    found = []
    for (kind, device), known in sorted(presences.items()):
        days = [each for each in known.days if each.on < ends_on]
        if days:
            seen, missed = sum(each.seen for each in days), sum(each.missed for each in days)
            since = min(each.on for each in days)
            label = labels.get(device, device)
            found.append(PresentDevice(kind, device, label, seen, missed, len(days), since))
    return found


def record_panels(database: Database, hall: str, sightings: Mapping[str, Sighting]) -> int:
    """Adds a check to the rest of each panel of a hall (id) that is off on purpose now; how many there are.

    Only a screen that is present counts: what happened while it was away, nobody saw.
    """
    configuration, now = database.configuration(hall), database.clock.now()
    off = [
        screen
        for screen in places_of(configuration, "screen")
        if _is_off(sightings.get(screen)) and is_present(sightings.get(screen), now)
    ]
    if off:
        with database.store.write() as rows:
            for screen in off:
                add_panel_rest(rows, hall, screen, now)
    return len(off)


def _is_off(sighting: Sighting | None) -> bool:
    report = player_report(sighting)
    return report is not None and report["panel"] is not None and is_off_on_purpose(report["panel"])


def kiosks_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """The paired kiosks without a printer, of the halls that the reader configures; not those that show the
    number only on purpose.
    """
    for hall in reach.halls_where(Permission.CONFIGURE):
        lacking = [each for each in hall.kiosks.values() if each.paper == "undecided" and not each.is_retired]
        if not lacking:
            continue
        with database.read() as rows:
            devices = paired_devices(rows, database.hall_id(hall.hall))
        paired = {each.configured: each.created_at for each in devices if each.revoked_at is None}
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
