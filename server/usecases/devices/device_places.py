"""The kiosks and screens at the places of halls' documents, and which of them need somebody."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self, TypedDict

from hardware.json_types import InstantText
from server.domain.devices.connections import DeviceConnectionAnswer, is_opened_twice, live_connections
from server.domain.devices.device_state import (
    KioskReportAnswer,
    PanelMonthAnswer,
    PlayerReport,
    PlayerSound,
    PlayerState,
    ScreenReport,
    Sighting,
    is_present,
    player_report,
    state_of,
)
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.devices import Kiosk, KioskPaper
from server.domain.instants import text_or_none, to_text
from server.store.devices.paired_devices import PairedDevice, ScreenPicture
from server.store.devices.sightings import KnownPresence
from server.usecases.devices.devices import places_of
from server.usecases.devices.presence import Uptime, uptime_of
from server.usecases.notices.read_programme import ProgrammeAnswer

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


@dataclass(frozen=True, slots=True)
class DeviceSightings:
    """The last sightings and pictures of a hall's devices, by their ids in its document.

    `releases`: the release of the page that this server has, by the kind of device.
    """

    sightings: Mapping[str, Sighting]
    pictures: Mapping[str, ScreenPicture]
    releases: Releases


@dataclass(frozen=True, slots=True)
class StoredDevices:
    """What is stored of devices, of one hall or of more, at an instant: by their ids in documents.

    `paired`: those that are not revoked; `presences`: by kind, too.
    """

    paired: Mapping[str, PairedDevice]
    presences: Mapping[tuple[str, str], KnownPresence]
    now: datetime

    @classmethod
    def of(
        cls,
        devices: Iterable[PairedDevice],
        presences: Mapping[tuple[str, str], KnownPresence],
        now: datetime,
    ) -> Self:
        """Of paired devices, revoked or not."""
        return cls({row.configured: row for row in devices if row.revoked_at is None}, presences, now)

    def at_places(
        self, hall: HallConfiguration, sightings: Mapping[str, Sighting]
    ) -> Iterator[KioskAtPlace | ScreenAtPlace]:
        """The devices of a hall in the order of its document; of screens nothing of their programme."""
        for kind in KINDS:
            for device, label in places_of(hall, kind).items():
                sighting, presence = sightings.get(device), self.presences.get((kind, device))
                at_place: DeviceAtPlace = {
                    "id": device,
                    "label": label,
                    **_pairing(self.paired.get(device)),
                    **_presence_answer(sighting, presence, self.now),
                    "uptime": uptime_of(presence, hall, self.now),
                    **_connections(sighting, self.now),
                }
                if kind == "kiosk":
                    yield _kiosk_at_place(at_place, hall.kiosks[device], sighting)
                else:
                    yield screen_at_place(at_place, sighting, None, self.now)


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


def _kiosk_at_place(at_place: DeviceAtPlace, configured: Kiosk, sighting: Sighting | None) -> KioskAtPlace:
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
    at_place: DeviceAtPlace, sighting: Sighting | None, programme: ProgrammeAnswer | None, now: datetime
) -> ScreenAtPlace:
    """A screen, without its picture and the rests of its panel.

    `programme` None: it was not read. The screen may run another one, which needs nobody.
    """
    report, published = player_report(sighting), "" if programme is None else programme["revision"]
    return {
        **at_place,
        "kind": "screen",
        "state": state_of(sighting, published, now),
        "published": published,
        "report": None if report is None else _report(report, programme),
        "picture": None,
        "panel_months": [],
    }


def _report(report: PlayerReport, programme: ProgrammeAnswer | None) -> ScreenReportAnswer:
    notice: NoticeShown | None = None
    if report["notice"] is not None:
        title = None if programme is None else _title(programme, report["notice"])
        notice = {"id": report["notice"], "title": title}
    return {**report, "notice": notice}


def _title(programme: ProgrammeAnswer, notice: str) -> str | None:
    """The title of a notice; None when it has none or is no longer in the programme."""
    contents = [item["content"] for item in programme["items"] if item["notice"] == notice]
    titles = [content["title"] for content in contents if "title" in content]
    return next((title for title in titles if title), None)
