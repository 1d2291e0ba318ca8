"""Presence of kiosks and screens: connections, disconnections, heartbeats and the reports they send."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from server.clock import Clock
from server.domain.devices import device_state as rules
from server.domain.devices.connections import DeviceConnection, is_copied
from server.domain.devices.device_state import KioskReportAnswer, PlayerReport, Report, Sighting
from server.domain.typed_fields import read_message
from server.live.presence import Presence
from server.store.devices.sightings import Players, Rule


@dataclass
class DeviceWatch:
    """Keeps what the sockets of this process show.

    `changed(hall)`: supervision of a hall is read again; `copied(hall, device)`: two machines use one token;
    `is_behind_proxy`: addresses are those a proxy on this machine tells.
    """

    clock: Clock
    players: Players
    presence: Presence
    changed: Callable[[str], None]
    copied: Callable[[str, str], None] = lambda hall, device: None
    is_behind_proxy: bool = False
    _connections: dict[str, tuple[str, str, DeviceConnection]] = field(default_factory=dict)

    def arrived(self, hall: str, device: str, connection: DeviceConnection | None = None) -> None:
        """A device has connected."""
        connections = [] if connection is None else [connection]
        if connection is not None:
            self._connections[connection.id] = hall, device, connection
        self._change(
            hall, device, lambda before: rules.with_new_connections(before, self.clock.now(), *connections)
        )

    def take_player_report(self, hall: str, device: str, message: object) -> bool:
        """Stores a player's report. Returns whether the message could be read."""
        return self._take_report(hall, device, read_message(PlayerReport, message))

    def take_kiosk_report(self, hall: str, device: str, message: object) -> bool:
        """Stores a kiosk's report. Returns whether the message could be read."""
        return self._take_report(hall, device, read_message(KioskReportAnswer, message))

    def _take_report(self, hall: str, device: str, report: Report | None) -> bool:
        if report is None:
            return False
        self._change(hall, device, lambda before: rules.with_report(before, report, self.clock.now()))
        return True

    def applied(self, hall: str, device: str, message: object) -> bool:
        """Stores the configuration that a device runs. Returns whether the message could be read."""
        configuration = rules.configuration_of_message(message)
        if configuration is None:
            return False
        self._change(
            hall,
            device,
            lambda before: rules.with_applied_configuration(before, configuration, self.clock.now()),
        )
        return True

    def left(self, hall: str, device: str, connection: str = "") -> None:
        """A connection of a device has ended; the device has gone, unless another one of it lives."""
        self._connections.pop(connection, None)
        self._change(hall, device, lambda before: rules.left(before, self.clock.now(), connection))

    def keep(self) -> None:
        """Every 25 s: the devices connected to this process are still here."""
        now = self.clock.now()
        by_device: dict[tuple[str, str], list[DeviceConnection]] = {}
        for hall, device, connection in self._connections.values():
            by_device.setdefault((hall, device), []).append(connection)
        for (hall, device), connections in by_device.items():
            after = self._change(hall, device, partial(_still_here, connections, now))
            if after is not None and is_copied(after.connections, now):
                self.copied(hall, device)

    def _change(self, hall: str, device: str, rule: Rule) -> Sighting | None:
        before, after = self.players.change(hall, device, rule)
        if after is not None and not rules.is_same_but_for_time(before, after):
            self.changed(hall)
        return after


def _still_here(connections: Sequence[DeviceConnection], now: datetime, before: Sighting | None) -> Sighting:
    return rules.with_new_connections(before, now, *connections)
