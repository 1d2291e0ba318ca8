"""Read how often the devices of a hall were present on some days."""

from dataclasses import dataclass
from datetime import date

from server.store.devices.sightings import presences_of_hall
from server.store.transactions.database import Database
from server.usecases.devices.devices import places_of


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
