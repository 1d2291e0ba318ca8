"""How each kiosk and screen of a hall is: there or not, up to date or not, what it shows and runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.domain.instants import to_micros, to_text
from server.domain.players import Sighting, is_present, state_of
from server.store.accounts import paired_devices
from server.store.database import Database
from server.store.screen_pictures import ScreenPicture
from server.usecases.answers import Answer
from server.usecases.devices import places_of
from server.usecases.read_programme import Programme, read_programme

KINDS = ("screen", "kiosk")
"""In the order they are told."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a hall's devices, by their ids in its document.

    `release`: of the screens' page that this server has.
    """

    sightings: Mapping[str, Sighting]
    pictures: Mapping[str, ScreenPicture]
    release: str


def read_supervision(database: Database, hall: str, seen: Seen, translate: Callable[..., str]) -> Answer:
    """The devices of a hall (id or slug): those its document has, in its order, as they were last seen.

    Refusal: unknown_hall.
    """
    hall_id = database.hall_id(hall)
    configuration, now = database.configuration(hall_id), database.clock.now()
    with database.read() as rows:
        paired = {row["configured"] for row in paired_devices(rows, hall_id) if row["revoked_at"] is None}
    devices = []
    for kind in KINDS:
        for device, label in places_of(configuration, kind).items():
            told: Answer = {"kind": kind, "id": device, "label": label, "is_paired": device in paired}
            sighting = seen.sightings.get(device)
            told |= _seen(sighting, now)
            if kind == "screen":
                programme = read_programme(database, hall_id, device, translate)
                told |= _player(sighting, programme, now)
                told["picture"] = _picture(configuration.hall, seen.pictures.get(device))
                database.breathe()
            devices.append(told)
    return {
        "hall": configuration.hall,
        "name": configuration.name,
        "site": configuration.site.name,
        "as_of": to_text(now),
        "release": seen.release,
        "devices": devices,
    }


def _seen(sighting: Sighting | None, now: datetime) -> Answer:
    """Whether a device is there, since when that and what it told are so, and its last sign of life."""
    return {
        "is_connected": is_present(sighting, now),
        "since": None if sighting is None else to_text(_since(sighting, now)),
        "seen_at": None if sighting is None else to_text(sighting.seen_at),
    }


def _since(sighting: Sighting, now: datetime) -> datetime:
    """A device that fell silent has been away since its last sign of life."""
    is_silent = sighting.is_connected and not is_present(sighting, now)
    return sighting.seen_at if is_silent else sighting.since


def _player(sighting: Sighting | None, programme: Programme, now: datetime) -> Answer:
    published = programme["revision"]
    state = state_of(sighting, published, now)
    report = None if sighting is None else sighting.report
    told: dict[str, Any] = {"state": str(state), "published": published, "report": None}
    if report is None:
        return told
    notice = (
        None if report.notice is None else {"id": report.notice, "title": _title(programme, report.notice)}
    )
    return told | {"report": report.as_message() | {"notice": notice}}


def _picture(hall: str, picture: ScreenPicture | None) -> Answer | None:
    """When the last picture of a screen was taken, and where it is; its address changes with it."""
    if picture is None:
        return None
    address = f"/api/v1/halls/{hall}/screens/{picture.screen}/picture?taken={to_micros(picture.taken_at)}"
    return {"taken_at": to_text(picture.taken_at), "url": address}


def _title(programme: Programme, notice: str) -> str | None:
    """What a notice of the programme is called, None for one without a title or that left it."""
    titles = (item["content"].get("title") for item in programme["items"] if item["notice"] == notice)
    return next((title for title in titles if title), None)
