"""Sightings of which those of one hall cannot be read."""

from dataclasses import dataclass

from server.domain.devices.device_state import Sighting
from server.store.devices.sightings import OwnPlayers


class HallFails(Exception):
    """The error that this hall raises."""


@dataclass
class FailingPlayers(OwnPlayers):
    """`failing`: the hall (id) that fails."""

    failing: str = ""

    def of_hall(self, hall: str) -> dict[str, Sighting]:
        if hall == self.failing:
            raise HallFails
        return super().of_hall(hall)
