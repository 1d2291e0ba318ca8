"""The live connections of one device, and whether its token was copied to another machine. Pure.

A page holds one connection. The one it left behind by a reload or a lost network is missed within 20 s, so
that two which live together for longer are two pages.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any, Self, TypedDict

from hardware.json_types import InstantText
from server.domain.instants import from_text, to_text

SILENT_AFTER = timedelta(seconds=60)
"""A connection without a sign of life for this long has ended: two signs, one every 25 s, may be lost."""
TOGETHER_FOR = timedelta(seconds=30)
"""Longer than a connection whose network is gone is still taken for live (ping: 10 s, then 10 s)."""


class DeviceConnectionAnswer(TypedDict):
    """A page of a device that is open now."""

    id: str
    address: str
    browser: str
    since: InstantText
    seen_at: InstantText


@dataclass(frozen=True, slots=True)
class DeviceConnection:
    """One live connection: its id, from which address and browser, since when, its last sign of life."""

    id: str
    address: str
    browser: str
    since: datetime
    seen_at: datetime

    @property
    def origin(self) -> tuple[str, str]:
        """What distinguishes two machines, as far as a server can see."""
        return self.address, self.browser

    def as_message(self) -> DeviceConnectionAnswer:
        """The same as JSON values."""
        return {
            "id": self.id,
            "address": self.address,
            "browser": self.browser,
            "since": to_text(self.since),
            "seen_at": to_text(self.seen_at),
        }

    @classmethod
    def of_message(cls, message: Mapping[str, Any]) -> Self:
        """The connection from its stored JSON values."""
        since, seen_at = from_text(message["since"]), from_text(message["seen_at"])
        return cls(str(message["id"]), str(message["address"]), str(message["browser"]), since, seen_at)


def live_connections(connections: Sequence[DeviceConnection], now: datetime) -> tuple[DeviceConnection, ...]:
    """Those that gave a sign of life lately."""
    return tuple(each for each in connections if now - each.seen_at <= SILENT_AFTER)


def with_sign_of_life(
    connections: Sequence[DeviceConnection], connection: DeviceConnection, now: datetime
) -> tuple[DeviceConnection, ...]:
    """The live connections after a sign of life of `connection`; each keeps the instant of its first sign."""
    others = [each for each in live_connections(connections, now) if each.id != connection.id]
    since = next((each.since for each in connections if each.id == connection.id), now)
    return (*others, replace(connection, since=since, seen_at=now))


def without(connections: Sequence[DeviceConnection], ended: str) -> tuple[DeviceConnection, ...]:
    """Those that are left when one (its id) has ended."""
    return tuple(each for each in connections if each.id != ended)


def is_opened_twice(connections: Sequence[DeviceConnection], now: datetime) -> bool:
    """Whether two pages of the device are open at the same time, wherever they are."""
    return any(_lived_together(*pair) for pair in combinations(live_connections(connections, now), 2))


def is_copied(connections: Sequence[DeviceConnection], now: datetime) -> bool:
    """Whether two machines use the token at the same time: two addresses, or two browsers."""
    pairs = combinations(live_connections(connections, now), 2)
    return any(one.origin != other.origin and _lived_together(one, other) for one, other in pairs)


def _lived_together(one: DeviceConnection, other: DeviceConnection) -> bool:
    return min(one.seen_at, other.seen_at) - max(one.since, other.since) >= TOGETHER_FOR


DAYS = 30
"""Number of local days that an uptime covers, today included."""
LOOK_EVERY_S = 120
FEWEST_LOOKS = 30
"""The fewest checks for which a share is given: an hour of opening."""


@dataclass(frozen=True, slots=True)
class DayOfLooks:
    """A local day: how many checks found the device present, and how many did not."""

    on: date
    seen: int
    missed: int


def uptime(days: Iterable[DayOfLooks], today: date) -> float | None:
    """The share of checks in the last 30 days that found the device, 0 to 1; None after too few checks."""
    since = today - timedelta(days=DAYS - 1)
    counted = [day for day in days if since <= day.on <= today]
    present = sum(day.seen for day in counted)
    looks = present + sum(day.missed for day in counted)
    return None if looks < FEWEST_LOOKS else present / looks
