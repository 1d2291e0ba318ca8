"""Devices that need somebody, on « Mes pages »: the same as on the pages of devices."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from server.domain.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import from_text
from server.domain.people.roles import Permission
from server.store.configuration.halls import all_halls
from server.store.devices.paired_devices import paired_devices
from server.store.devices.printers import (
    Lease,
    PulledPrinter,
    every_lease,
    every_pulled_printer,
    sighting_of,
)
from server.store.devices.sightings import last_signs
from server.store.transactions.database import Database
from server.usecases.devices.device_places import DeviceSightings, StoredDevices, needs_somebody
from server.usecases.devices.devices import places_of
from server.usecases.devices.kiosk_printers import fetching, printer_needs_somebody, printer_state
from server.usecases.devices.read_supervision import SightingsOf


@dataclass(frozen=True, slots=True)
class _Found:
    stored: StoredDevices
    leases: Mapping[str, Lease]
    pulled: Mapping[str, PulledPrinter]

    def needing(self, hall: HallConfiguration, seen: DeviceSightings) -> Iterator[str | None]:
        """Since when (instant text) each device of a hall that needs somebody is so; None: not known."""
        for device in self.stored.at_places(hall, seen.sightings):
            if needs_somebody(device, seen.releases):
                yield device["since"]
        for kiosk in places_of(hall, "kiosk"):
            printer = hall.kiosks[kiosk].printer
            if printer is not None:
                state = printer_state(sighting_of(self.leases.get(kiosk)), self.stored.now)
                if printer_needs_somebody(state, fetching(self.pulled.get(kiosk), printer)):
                    yield None


def devices_to_attend(
    database: Database, reach: AttentionReach, sightings_of: SightingsOf
) -> Iterator[AttentionRow]:
    """One row for each hall that the reader supervises and where devices need somebody.

    As many statements for one hall as for many.
    """
    halls = list(reach.halls_where(Permission.SUPERVISE))
    if not halls:
        return
    with database.read() as rows:
        ids = {row.slug: row.id for row in all_halls(rows)}
        found = _Found(
            StoredDevices.of(paired_devices(rows), last_signs(rows), reach.now),
            {each.printer: each for each in every_lease(rows)},
            {each.printer: each for each in every_pulled_printer(rows)},
        )
    sightings = sightings_of([ids[hall.hall] for hall in halls])
    for hall in halls:
        needing = list(found.needing(hall, sightings[ids[hall.hall]]))
        if needing:
            yield AttentionRow(
                kind=AttentionKind.DEVICES_NEEDING,
                urgency=Urgency.SOON,
                since=min((from_text(each) for each in needing if each is not None), default=reach.now),
                site=hall.site.slug,
                sentence="device_list.to_attend.needing",
                values={"count": len(needing), "hall": hall.name},
                path="/supervision?" + urlencode({"hall": hall.hall}),
            )
