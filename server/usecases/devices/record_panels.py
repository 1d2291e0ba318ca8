"""Note every two minutes which panels of a hall are off on purpose, to count hours from it."""

from collections.abc import Mapping

from server.domain.devices.device_state import Sighting, is_present, player_report
from server.domain.devices.panels import is_off_on_purpose
from server.store.devices.sightings import add_panel_rest
from server.store.transactions.database import Database
from server.usecases.devices.devices import places_of


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
