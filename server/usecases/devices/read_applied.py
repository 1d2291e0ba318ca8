"""Read which configuration each kiosk and screen runs, and which one is published."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypedDict

from hardware.json_types import InstantText
from server.domain.devices.device_state import PlayerState, Sighting, configuration_state, is_present
from server.domain.hall.configuration import HallConfiguration, mark_of
from server.domain.instants import to_text
from server.store.configuration.halls import HALL
from server.store.devices.sightings import Players, published_halls
from server.store.transactions.database import Database
from server.usecases.configuration.configuration_document import DocumentReader, document_for
from server.usecases.devices.device_places import KINDS
from server.usecases.devices.devices import places_of


class AppliedDevice(TypedDict):
    """A kiosk or a screen, and whether it runs the configuration that was published."""

    kind: Literal["screen", "kiosk"]
    id: str
    label: str
    state: PlayerState
    runs: str | None
    """The revisions it runs, as `3.12`; null before it told."""
    is_connected: bool
    seen_at: InstantText | None


class AppliedHall(TypedDict):
    """A hall, the configuration that applies there, and its devices."""

    hall: str
    name: str
    configuration: str
    """The revisions that apply, as `3.12`: the installation's and the hall's."""
    published_at: InstantText
    devices: list[AppliedDevice]


class AppliedAnswer(TypedDict):
    """The configuration that each device of a document runs."""

    document: str
    as_of: InstantText
    halls: list[AppliedHall]


def read_applied(database: Database, name: str, reader: DocumentReader, players: Players) -> AppliedAnswer:
    """The devices that a published document concerns, each with the configuration it runs.

    `name`: the document of a hall, or that of the installation, which concerns all halls that the reader
    configures. `configuration` names the revisions in force (`mark_of`).
    Refusals: unknown_configuration, forbidden.
    """
    with database.read() as rows:
        kind = document_for(rows, name, reader).kind
        halls = [row for row in published_halls(rows) if kind != HALL or row.slug == name]
    answers = []
    for row in halls:
        hall = database.configuration(row.id)
        if reader.sites is not None and hall.site.slug not in reader.sites:
            continue
        mark = mark_of(row.installation_revision, row.configuration_revision)
        since = max(row.published_at, row.installation_at)
        answers.append(_hall(hall, mark, since, players.of_hall(row.id), database.clock.now()))
    return {"document": name, "as_of": to_text(database.clock.now()), "halls": answers}


def _hall(
    hall: HallConfiguration, mark: str, since: datetime, sightings: Mapping[str, Sighting], now: datetime
) -> AppliedHall:
    devices: list[AppliedDevice] = []
    for kind in KINDS:
        for device, label in places_of(hall, kind).items():
            sighting = sightings.get(device)
            devices.append(
                {
                    "kind": kind,
                    "id": device,
                    "label": label,
                    "state": configuration_state(sighting, mark, since, now),
                    "runs": None if sighting is None else sighting.configuration,
                    "is_connected": is_present(sighting, now),
                    "seen_at": None if sighting is None else to_text(sighting.seen_at),
                }
            )
    return {
        "hall": hall.hall,
        "name": hall.name,
        "configuration": mark,
        "published_at": to_text(since),
        "devices": devices,
    }
