"""Devices that need somebody, on « Mes pages »: the same as on the pages of devices."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
from server.usecases.devices.devices import places_of
from server.usecases.devices.presence import fetching, printer_needs_somebody, printer_state
from server.usecases.devices.read_supervision import (
    KINDS,
    DeviceSightings,
    KnownDevices,
    kiosk_at_place,
    needs_somebody,
    screen_at_place,
)
from server.usecases.notices.read_programme import ProgrammeAnswer

type SightingsOf = Callable[[Sequence[str]], Mapping[str, DeviceSightings]]
"""The last sightings of the devices of halls (ids), by hall."""

_NO_PROGRAMME: ProgrammeAnswer = {
    "legal_share": 0,
    "covers_until": 0,
    "items": [],
    "hours": None,
    "revision": "",
}
"""A screen that does not run it is pending, which needs nobody."""


@dataclass(frozen=True, slots=True)
class _Found:
    known: KnownDevices
    seen: DeviceSightings
    leases: Mapping[str, Lease]
    pulled: Mapping[str, PulledPrinter]
    now: datetime

    def needing(self, configuration: HallConfiguration) -> Iterator[str | None]:
        """Since when (instant text) each device of a hall that needs somebody is so; None: not known."""
        for kind in KINDS:
            for device, label in places_of(configuration, kind).items():
                at_place = self.known.at_place(configuration, kind, device, label)
                sighting = self.seen.sightings.get(device)
                answer = (
                    kiosk_at_place(at_place, configuration.kiosks[device], sighting)
                    if kind == "kiosk"
                    else screen_at_place(at_place, sighting, _NO_PROGRAMME, None, self.now)
                )
                if needs_somebody(answer, self.seen.releases):
                    yield at_place["since"]
        for kiosk in places_of(configuration, "kiosk"):
            printer = configuration.kiosks[kiosk].printer
            if printer is not None:
                state = printer_state(sighting_of(self.leases.get(kiosk)), self.now)
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
        paired, presences = paired_devices(rows), last_signs(rows)
        leases = {each.printer: each for each in every_lease(rows)}
        pulled = {each.printer: each for each in every_pulled_printer(rows)}
    sightings = sightings_of([ids[hall.hall] for hall in halls])
    for hall in halls:
        seen = sightings[ids[hall.hall]]
        known = KnownDevices(paired, presences, seen.sightings, reach.now)
        needing = list(_Found(known, seen, leases, pulled, reach.now).needing(hall))
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
