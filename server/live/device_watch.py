"""Kiosks and screens as their sockets show them: who comes, goes, gives a sign of life, tells of itself."""

from collections.abc import Callable
from dataclasses import dataclass

from server.clock import Clock
from server.domain import players as rules
from server.domain.players import PlayerReport, Sighting
from server.live.presence import Presence
from server.store.players import Players


@dataclass
class DeviceWatch:
    """Keeps what the sockets of this process show. `changed(hall)`: whoever supervises a hall looks again."""

    clock: Clock
    players: Players
    presence: Presence
    changed: Callable[[str], None]

    def arrived(self, hall: str, device: str) -> None:
        """A device has connected."""
        before = self.players.get(hall, device)
        self._keep(hall, device, before, rules.arrived(before, self.clock.now()))

    def told(self, hall: str, device: str, message: object) -> bool:
        """A player tells of itself; whether it could be read."""
        report = PlayerReport.of_message(message)
        if report is None:
            return False
        before = self.players.get(hall, device)
        self._keep(hall, device, before, rules.reported(before, report, self.clock.now()))
        return True

    def left(self, hall: str, device: str) -> None:
        """A device has gone, unless another socket of it is still here."""
        if self.presence.has_device(hall, device):
            return
        before = self.players.get(hall, device)
        self._keep(hall, device, before, rules.left(before, self.clock.now()))

    def keep(self) -> None:
        """Every 25 s: the devices connected to this process are still here."""
        now = self.clock.now()
        for hall, device in self.presence.devices():
            before = self.players.get(hall, device)
            self._keep(hall, device, before, rules.kept(before, now))

    def _keep(self, hall: str, device: str, before: Sighting | None, after: Sighting | None) -> None:
        if after is None:
            return
        self.players.put(hall, device, after)
        if not rules.is_same_but_for_time(before, after):
            self.changed(hall)
