"""Read the state of each kiosk and screen of a hall: present or not, up to date or not, what it shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from server.domain.devices.connections import is_opened_twice, live
from server.domain.devices.device_state import PlayerReport, Sighting, is_present, state_of
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import text_or_none, to_micros, to_text
from server.store.devices.paired_devices import PairedDevice, paired_devices
from server.store.devices.presence import KnownPresence
from server.store.devices.screen_pictures import ScreenPicture
from server.store.transactions.database import Database
from server.usecases.answers import Answer
from server.usecases.devices.devices import places_of
from server.usecases.devices.read_printers import read_printers
from server.usecases.devices.record_presence import known_presences, uptime_of
from server.usecases.notices.read_programme import Programme, read_programme

KINDS = ("screen", "kiosk")
"""The kinds of devices, in the order of the answer."""


@dataclass(frozen=True, slots=True)
class DeviceSightings:
    """The last sightings and pictures of a hall's devices, by their ids in its document.

    `releases`: the release of the page that this server has, by the kind of device.
    """

    sightings: Mapping[str, Sighting]
    pictures: Mapping[str, ScreenPicture]
    releases: Mapping[str, str]


def read_supervision(
    database: Database, hall: str, sightings: DeviceSightings, translate: Callable[..., str]
) -> Answer:
    """The devices in the document of a hall (id or slug), in its order, as they were last seen.

    Refusal: unknown_hall.
    """
    hall_id = database.hall_id(hall)
    configuration, now = database.configuration(hall_id), database.clock.now()
    with database.read() as rows:
        paired = {row.configured: row for row in paired_devices(rows, hall_id) if row.revoked_at is None}
        presences = known_presences(rows, hall_id, configuration, now)
        printers = read_printers(rows, configuration, presences, now)
    devices = []
    for kind in KINDS:
        for device, label in places_of(configuration, kind).items():
            sighting, presence = sightings.sightings.get(device), presences.get((kind, device))
            answer: Answer = {"kind": kind, "id": device, "label": label, **_pairing(paired.get(device))}
            answer |= _presence_answer(sighting, presence, now)
            answer["uptime"] = uptime_of(presence, configuration, now)
            answer |= _connections(sighting, now)
            if kind == "screen":
                programme = read_programme(database, hall_id, device, translate)
                answer |= _player(sighting, programme, now)
                answer["picture"] = _picture(configuration.hall, sightings.pictures.get(device))
                database.breathe()
            elif sighting is not None and sighting.report is not None:
                answer["report"] = sighting.report.as_message()
            devices.append(answer)
    return {
        **_hall(configuration),
        "as_of": to_text(now),
        "releases": dict(sightings.releases),
        "devices": devices,
        "printers": printers,
    }


def _hall(configuration: HallConfiguration) -> Answer:
    site = configuration.site
    return {
        "hall": configuration.hall,
        "name": configuration.name,
        "site": site.name,
        "time_zone": site.time_zone,
    }


def _pairing(device: PairedDevice | None) -> Answer:
    """The device at a place, when it got its token, and when that token was first seen on two machines."""
    if device is None:
        return {"is_paired": False, "device": None, "token_at": None, "copied_at": None}
    return {
        "is_paired": True,
        "device": device.id,
        "token_at": to_text(device.token_at),
        "copied_at": text_or_none(device.copied_at),
    }


def _connections(sighting: Sighting | None, now: datetime) -> Answer:
    """The connections of a device, and whether its page is open twice."""
    connections = () if sighting is None else sighting.connections
    return {
        "connections": [each.as_message() for each in live(connections, now)],
        "is_opened_twice": is_opened_twice(connections, now),
    }


def _presence_answer(sighting: Sighting | None, presence: KnownPresence | None, now: datetime) -> Answer:
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


def _player(sighting: Sighting | None, programme: Programme, now: datetime) -> Answer:
    published = programme["revision"]
    state = state_of(sighting, published, now)
    report = None if sighting is None else sighting.report
    answer: Answer = {"state": str(state), "published": published, "report": None}
    if not isinstance(report, PlayerReport):
        return answer
    notice = (
        None if report.notice is None else {"id": report.notice, "title": _title(programme, report.notice)}
    )
    return answer | {"report": report.as_message() | {"notice": notice}}


def _picture(hall: str, picture: ScreenPicture | None) -> Answer | None:
    """When the last picture of a screen was taken, and its address, which is another for each picture."""
    if picture is None:
        return None
    address = f"/api/v1/halls/{hall}/screens/{picture.screen}/picture?taken={to_micros(picture.taken_at)}"
    return {"taken_at": to_text(picture.taken_at), "url": address}


def _title(programme: Programme, notice: str) -> str | None:
    """The title of a notice; None when it has none or is no longer in the programme."""
    titles = (item["content"].get("title") for item in programme["items"] if item["notice"] == notice)
    return next((title for title in titles if title), None)
