"""Read the state of each kiosk and screen of a hall, or of all halls that somebody supervises."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypedDict

from hardware.json_types import InstantText
from server.domain.devices.connections import DeviceConnectionAnswer, is_opened_twice, live_connections
from server.domain.devices.device_state import (
    KEPT,
    KioskReportAnswer,
    PanelMonthAnswer,
    PlayerReport,
    PlayerSound,
    PlayerState,
    ScreenReport,
    Sighting,
    is_present,
    panel_months,
    player_report,
    state_of,
)
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.devices import Kiosk, KioskPaper
from server.domain.instants import text_or_none, to_micros, to_text
from server.domain.people.roles import Permission
from server.store.configuration.halls import all_halls
from server.store.devices.paired_devices import PairedDevice, ScreenPicture, paired_devices
from server.store.devices.sightings import KnownPresence, panel_rests_of_hall
from server.store.transactions.database import Database
from server.usecases.devices.devices import places_of
from server.usecases.devices.presence import (
    PrinterOfKiosk,
    Uptime,
    known_presences,
    printer_needs_somebody,
    read_printers,
    uptime_of,
)
from server.usecases.notices.read_programme import ProgrammeAnswer, read_programme

type DeviceKind = Literal["screen", "kiosk"]

CLOCK_OFF_MS = 5_000
"""A clock that is wrong by this much is told; nobody sees less."""
_NEED_NOBODY = (PlayerState.UP_TO_DATE, PlayerState.PENDING, PlayerState.DOWNLOADING)
KINDS: tuple[DeviceKind, ...] = ("screen", "kiosk")
"""The kinds of devices, in the order of the answer."""


class NoticeShown(TypedDict):
    """The notice that a screen shows; `title` null: it has none, or left the programme."""

    id: str
    title: str | None


class ScreenReportAnswer(ScreenReport):
    """What a screen says of itself."""

    notice: NoticeShown | None


class PictureOfScreen(TypedDict):
    """The last picture of a screen: when it was taken, and where it is."""

    taken_at: InstantText
    url: str


class DeviceConnections(TypedDict):
    """The open pages of a device, and whether two are open at the same time."""

    connections: list[DeviceConnectionAnswer]
    is_opened_twice: bool


class PairingOfPlace(TypedDict):
    """The device at a place, when it got its token, and when that was first seen on two machines."""

    is_paired: bool
    device: str | None
    token_at: InstantText | None
    """Since when the device has its token."""
    copied_at: InstantText | None
    """Since when two machines use that token; null: one does."""


class PresenceOfPlace(TypedDict):
    """Whether a device is connected, since when its state is as it is, and its last sign of life."""

    is_connected: bool
    since: InstantText | None
    """Since when it is there or away and tells the same; null: never seen."""
    seen_at: InstantText | None


class DeviceAtPlace(PairingOfPlace, PresenceOfPlace, DeviceConnections):
    """A place of a hall's document and the device that stands there."""

    id: str
    label: str
    uptime: Uptime


class _OfReport(TypedDict, total=False):
    report: KioskReportAnswer
    """Left out before it told."""


class KioskAtPlace(DeviceAtPlace, _OfReport):
    """A kiosk of a hall."""

    kind: Literal["kiosk"]
    paper: KioskPaper
    """Where it prints: at its own printer, at that of another kiosk, nowhere on purpose, or undecided."""
    prints_at: str | None
    """The kiosk whose printer it uses, where that is another's."""


class ScreenAtPlace(DeviceAtPlace):
    """A screen of a hall: what it shows, and whether that is what was published."""

    kind: Literal["screen"]
    state: PlayerState
    published: str
    """The revision of the programme it is to run."""
    report: ScreenReportAnswer | None
    picture: PictureOfScreen | None
    panel_months: list[PanelMonthAnswer]
    """Local months in which its panel was off on purpose, the newest first."""


class Releases(TypedDict):
    """The releases of the pages that this server has."""

    screen: str
    kiosk: str


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


@dataclass(frozen=True, slots=True)
class DeviceSightings:
    """The last sightings and pictures of a hall's devices, by their ids in its document.

    `releases`: the release of the page that this server has, by the kind of device.
    """

    sightings: Mapping[str, Sighting]
    pictures: Mapping[str, ScreenPicture]
    releases: Releases


class KnownDevices:
    """What is known of devices, of one hall or of all, at an instant: by their id in a hall's document."""

    def __init__(
        self,
        devices: Iterable[PairedDevice],
        presences: Mapping[tuple[str, str], KnownPresence],
        sightings: Mapping[str, Sighting],
        now: datetime,
    ) -> None:
        self._paired = {row.configured: row for row in devices if row.revoked_at is None}
        self._presences, self._sightings, self._now = presences, sightings, now

    def at_place(
        self, configuration: HallConfiguration, kind: DeviceKind, device: str, label: str
    ) -> DeviceAtPlace:
        """The device at a place of a hall's document."""
        sighting, presence = self._sightings.get(device), self._presences.get((kind, device))
        return {
            "id": device,
            "label": label,
            **_pairing(self._paired.get(device)),
            **_presence_answer(sighting, presence, self._now),
            "uptime": uptime_of(presence, configuration, self._now),
            **_connections(sighting, self._now),
        }


def read_supervision(
    database: Database,
    hall: str,
    sightings: DeviceSightings,
    translate: Callable[..., str],
) -> SupervisionAnswer:
    """The devices in the document of a hall (id or slug), in its order, as they were last seen.

    Refusal: unknown_hall.
    """
    hall_id = database.hall_id(hall)
    configuration, now = database.configuration(hall_id), database.clock.now()
    with database.read() as rows:
        presences = known_presences(rows, hall_id, configuration, now)
        known = KnownDevices(paired_devices(rows, hall_id), presences, sightings.sightings, now)
        rests = panel_rests_of_hall(rows, hall_id, now - KEPT)
        printers = read_printers(rows, configuration, presences, now)
    devices: list[KioskAtPlace | ScreenAtPlace] = []
    for kind in KINDS:
        for device, label in places_of(configuration, kind).items():
            at_place = known.at_place(configuration, kind, device, label)
            sighting = sightings.sightings.get(device)
            if kind == "screen":
                programme = read_programme(database, hall_id, device, translate)
                picture = _picture(configuration.hall, sightings.pictures.get(device))
                screen = screen_at_place(at_place, sighting, programme, picture, now)
                watts = configuration.screens[device].panel_watts
                months = panel_months(rests.get(device, ()), configuration.site.time_zone, watts)
                devices.append({**screen, "panel_months": months})
                database.breathe()
            else:
                devices.append(kiosk_at_place(at_place, configuration.kiosks[device], sighting))
    site = configuration.site
    return {
        "hall": configuration.hall,
        "name": configuration.name,
        "site": site.name,
        "time_zone": site.time_zone,
        "as_of": to_text(now),
        "releases": sightings.releases,
        "devices": devices,
        "printers": printers,
        "needing": [
            *(each["id"] for each in devices if needs_somebody(each, sightings.releases)),
            *(
                f"printer-{each['id']}"
                for each in printers
                if printer_needs_somebody(each["state"], each["fetches"])
            ),
        ],
    }


def needs_somebody(device: KioskAtPlace | ScreenAtPlace, releases: Releases) -> bool:
    """Whether a device was never seen, is away, is not as it should be, or tells of a fault."""
    if device["seen_at"] is None or not device["is_connected"]:
        return True
    if device["copied_at"] is not None or device["is_opened_twice"]:
        return True
    report: ScreenReportAnswer | KioskReportAnswer | None
    if device["kind"] == "kiosk":
        report = device.get("report")
        is_faulty = device["is_paired"] and device["paper"] == "undecided"
    else:
        screen = report = device["report"]
        is_faulty = device["state"] not in _NEED_NOBODY or (screen is not None and _is_hindered(screen))
    if report is None:
        return is_faulty
    is_late = abs(report["clock_ms"]) >= CLOCK_OFF_MS or report["release"] != releases[device["kind"]]
    return is_faulty or is_late


def _is_hindered(report: ScreenReport) -> bool:
    """Whether a screen may not speak, or its panel does not follow."""
    panel = report["panel"]
    follows = panel is None or panel["answered"] in (panel["commanded"], "waiting")
    return report["sound"] == PlayerSound.BLOCKED or not follows


def _pairing(device: PairedDevice | None) -> PairingOfPlace:
    if device is None:
        return {"is_paired": False, "device": None, "token_at": None, "copied_at": None}
    return {
        "is_paired": True,
        "device": device.id,
        "token_at": to_text(device.token_at),
        "copied_at": text_or_none(device.copied_at),
    }


def _connections(sighting: Sighting | None, now: datetime) -> DeviceConnections:
    connections = () if sighting is None else sighting.connections
    return {
        "connections": [each.as_message() for each in live_connections(connections, now)],
        "is_opened_twice": is_opened_twice(connections, now),
    }


def _presence_answer(
    sighting: Sighting | None, presence: KnownPresence | None, now: datetime
) -> PresenceOfPlace:
    """Whether a device is connected, since when its state is as it is, and its last sign of life.

    Without a sighting since the server started, the last sign of life comes from the stored sums of days.
    """
    if sighting is None:
        last = None if presence is None else text_or_none(presence.seen_at)
        return {"is_connected": False, "since": last, "seen_at": last}
    return {
        "is_connected": is_present(sighting, now),
        "since": to_text(_since(sighting, now)),
        "seen_at": to_text(sighting.seen_at),
    }


def _since(sighting: Sighting, now: datetime) -> datetime:
    """Since when the state of a device is as it is; a silent one is away since its last sign of life."""
    is_silent = sighting.is_connected and not is_present(sighting, now)
    return sighting.seen_at if is_silent else sighting.since


def kiosk_at_place(at_place: DeviceAtPlace, configured: Kiosk, sighting: Sighting | None) -> KioskAtPlace:
    of_report: _OfReport = {}
    if sighting is not None and sighting.report is not None and player_report(sighting) is None:
        of_report["report"] = sighting.report
    return {
        **at_place,
        "kind": "kiosk",
        "paper": configured.paper,
        "prints_at": configured.prints_at if configured.paper == "other" else None,
        **of_report,
    }


def screen_at_place(
    at_place: DeviceAtPlace,
    sighting: Sighting | None,
    programme: ProgrammeAnswer,
    picture: PictureOfScreen | None,
    now: datetime,
) -> ScreenAtPlace:
    report = player_report(sighting)
    return {
        **at_place,
        "kind": "screen",
        "state": state_of(sighting, programme["revision"], now),
        "published": programme["revision"],
        "report": None if report is None else _report(report, programme),
        "picture": picture,
        "panel_months": [],
    }


def _report(report: PlayerReport, programme: ProgrammeAnswer) -> ScreenReportAnswer:
    notice: NoticeShown | None = None
    if report["notice"] is not None:
        notice = {"id": report["notice"], "title": _title(programme, report["notice"])}
    return {**report, "notice": notice}


def _picture(hall: str, picture: ScreenPicture | None) -> PictureOfScreen | None:
    if picture is None:
        return None
    address = f"/api/v1/halls/{hall}/screens/{picture.screen}/picture?taken={to_micros(picture.taken_at)}"
    return {"taken_at": to_text(picture.taken_at), "url": address}


def _title(programme: ProgrammeAnswer, notice: str) -> str | None:
    """The title of a notice; None when it has none or is no longer in the programme."""
    contents = [item["content"] for item in programme["items"] if item["notice"] == notice]
    titles = [content["title"] for content in contents if "title" in content]
    return next((title for title in titles if title), None)


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


def supervised_halls(database: Database, may: PermissionCheck) -> list[str]:
    """The ids of the halls that somebody may supervise, by slug."""
    with database.read() as rows:
        halls = [hall.id for hall in all_halls(rows) if hall.is_configured]
    sites = {hall: database.configuration(hall).site.slug for hall in halls}
    return [hall for hall in halls if may(Permission.SUPERVISE, hall=hall, site=sites[hall])]


def read_devices(
    database: Database,
    may: PermissionCheck,
    sightings_of: Callable[[str], DeviceSightings],
    translate: Callable[..., str],
) -> DevicesAnswer:
    """The halls that somebody may supervise, each with the answer of `read_supervision`."""
    answers: list[SupervisedHall] = []
    for hall in supervised_halls(database, may):
        may_configure = may(Permission.CONFIGURE, hall=hall, site=database.configuration(hall).site.slug)
        supervised = read_supervision(database, hall, sightings_of(hall), translate)
        answers.append({**supervised, "may_configure": may_configure})
    return {"as_of": to_text(database.clock.now()), "halls": answers}
