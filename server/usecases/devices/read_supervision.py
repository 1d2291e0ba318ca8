"""Read the state of each kiosk and screen of a hall, or of all halls that somebody supervises."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypedDict

from hardware.json_types import InstantText
from server.domain.devices.connections import DAYS
from server.domain.devices.device_state import KEPT, PanelRest, panel_months
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import to_micros, to_text
from server.domain.people.roles import Permission
from server.store.devices.paired_devices import ScreenPicture, paired_devices
from server.store.devices.sightings import panel_rests, presences
from server.store.transactions.database import Database
from server.usecases.devices.device_places import (
    DeviceSightings,
    KioskAtPlace,
    PictureOfScreen,
    Releases,
    ScreenAtPlace,
    StoredDevices,
    needs_somebody,
    screen_at_place,
)
from server.usecases.devices.kiosk_printers import (
    KnownPrinters,
    PrinterOfKiosk,
    printer_needs_somebody,
    printers_of,
)
from server.usecases.notices.read_programme import ProgrammeAnswer, read_programmes

type SightingsOf = Callable[[Sequence[str]], Mapping[str, DeviceSightings]]
"""The last sightings of the devices of halls (ids), by hall."""


class SupervisionAnswer(TypedDict):
    """The kiosks, screens and printers of a hall."""

    hall: str
    name: str
    site: str
    time_zone: str
    as_of: InstantText
    releases: Releases
    devices: list[KioskAtPlace | ScreenAtPlace]
    printers: list[PrinterOfKiosk]
    needing: list[str]
    """The ids of those that need somebody; of a printer, the id of its kiosk after `printer-`."""


def read_supervision(
    database: Database, hall: str, sightings_of: SightingsOf, translate: Callable[..., str]
) -> SupervisionAnswer:
    """The devices in the document of a hall (id or slug), in its order, as they were last seen.

    Refusal: unknown_hall.
    """
    halls = {database.hall_id(hall): database.configuration(hall)}
    [answer] = _supervision_of(database, halls, sightings_of, translate)
    return answer


def _supervision_of(
    database: Database,
    halls: Mapping[str, HallConfiguration],
    sightings_of: SightingsOf,
    translate: Callable[..., str],
) -> Iterator[SupervisionAnswer]:
    """The devices of these halls (by id), in as many statements for one hall as for many."""
    ids, now = list(halls), database.clock.now()
    days_since = (now - timedelta(days=DAYS)).date()
    with database.read() as rows:
        devices = StoredDevices.of(paired_devices(rows, ids), presences(rows, ids, days_since), now)
        printers = KnownPrinters.read(rows, halls.values())
        rests = panel_rests(rows, ids, now - KEPT)
    programmes, sightings = read_programmes(database, halls, translate), sightings_of(ids)
    for hall, configuration in halls.items():
        known = _KnownHall(configuration, sightings[hall], devices, programmes, rests)
        yield known.answer(printers_of(configuration, printers, devices.presences, now))
        database.breathe()


@dataclass(frozen=True, slots=True)
class _KnownHall:
    """What is known of the devices of a hall; `programmes` and `rests`: by the ids of screens."""

    configuration: HallConfiguration
    seen: DeviceSightings
    stored: StoredDevices
    programmes: Mapping[str, ProgrammeAnswer]
    rests: Mapping[str, Sequence[PanelRest]]

    def answer(self, printers: list[PrinterOfKiosk]) -> SupervisionAnswer:
        """The answer, with the printers of the hall's kiosks."""
        configuration, releases = self.configuration, self.seen.releases
        devices = [
            self._screen(each) if each["kind"] == "screen" else each
            for each in self.stored.at_places(configuration, self.seen.sightings)
        ]
        return {
            "hall": configuration.hall,
            "name": configuration.name,
            "site": configuration.site.name,
            "time_zone": configuration.site.time_zone,
            "as_of": to_text(self.stored.now),
            "releases": releases,
            "devices": devices,
            "printers": printers,
            "needing": [
                *(each["id"] for each in devices if needs_somebody(each, releases)),
                *(
                    f"printer-{each['id']}"
                    for each in printers
                    if printer_needs_somebody(each["state"], each["fetches"])
                ),
            ],
        }

    def _screen(self, at_place: ScreenAtPlace) -> ScreenAtPlace:
        screen = at_place["id"]
        sighting, site = self.seen.sightings.get(screen), self.configuration.site
        found = screen_at_place(at_place, sighting, self.programmes[screen], self.stored.now)
        watts = self.configuration.screens[screen].panel_watts
        return {
            **found,
            "picture": _picture(self.configuration.hall, self.seen.pictures.get(screen)),
            "panel_months": panel_months(self.rests.get(screen, ()), site.time_zone, watts),
        }


def _picture(hall: str, picture: ScreenPicture | None) -> PictureOfScreen | None:
    if picture is None:
        return None
    address = f"/api/v1/halls/{hall}/screens/{picture.screen}/picture?taken={to_micros(picture.taken_at)}"
    return {"taken_at": to_text(picture.taken_at), "url": address}


class SupervisedHall(SupervisionAnswer):
    """The devices of a hall, and whether the caller may pair and revoke them."""

    may_configure: bool


class DevicesAnswer(TypedDict):
    """The devices of every hall that the caller oversees."""

    as_of: InstantText
    halls: list[SupervisedHall]


class PermissionCheck(Protocol):
    """Whether somebody has a permission in a hall (its id, and its site's slug)."""

    def __call__(self, permission: Permission, *, hall: str, site: str) -> bool: ...


def supervised_halls(database: Database, may: PermissionCheck) -> dict[str, HallConfiguration]:
    """The halls that somebody may supervise, by id, in the order of their slugs."""
    return {
        hall: configuration
        for hall, configuration in database.every_configuration().items()
        if may(Permission.SUPERVISE, hall=hall, site=configuration.site.slug)
    }


def read_devices(
    database: Database, may: PermissionCheck, sightings_of: SightingsOf, translate: Callable[..., str]
) -> DevicesAnswer:
    """The halls that somebody may supervise, each with the answer of `read_supervision`."""
    halls = supervised_halls(database, may)
    answers: list[SupervisedHall] = []
    found = _supervision_of(database, halls, sightings_of, translate)
    for (hall, configuration), supervised in zip(halls.items(), found, strict=True):
        may_configure = may(Permission.CONFIGURE, hall=hall, site=configuration.site.slug)
        answers.append({**supervised, "may_configure": may_configure})
    return {"as_of": to_text(database.clock.now()), "halls": answers}
