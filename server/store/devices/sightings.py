"""The last sighting of each kiosk and screen: in memory, or in Redis where several workers share it.

Sightings are no facts: each holds for a minute. After a start of the server the devices send them again.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import structlog
from redis import Redis, RedisError

from server.domain.devices.device_state import Sighting

log = structlog.get_logger()

KEPT_FOR_S = 30 * 86_400
_SWAP = """
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
"""
"""Keeps a device's sighting (third argument) where it still has the one that was read (second)."""

type Rule = Callable[[Sighting | None], Sighting | None]
"""Makes the new sighting of a device from the last one; None: nothing changes. It may be called twice."""


class SightingChange(NamedTuple):
    """A device's sighting before and after a change."""

    before: Sighting | None
    after: Sighting | None


class Players(Protocol):
    """The last sighting of each device, by hall (id) and its id in the hall's document.

    `is_away`: the last reading failed, so a device without a sighting may well be present.
    """

    is_away: bool

    def get(self, hall: str, device: str) -> Sighting | None:
        """The last sighting of a device; None when it was never seen."""

    def change(self, hall: str, device: str, rule: Rule) -> SightingChange:
        """Keeps the sighting that a rule makes from the last one. Changes at the same time are all kept."""

    def of_hall(self, hall: str) -> dict[str, Sighting]:
        """The last sightings of a hall's devices."""


@dataclass
class OwnPlayers:
    """The sightings of this process since its start."""

    is_away: bool = False
    _sightings: dict[str, dict[str, Sighting]] = field(default_factory=dict)

    def get(self, hall: str, device: str) -> Sighting | None:
        return self._sightings.get(hall, {}).get(device)

    def change(self, hall: str, device: str, rule: Rule) -> SightingChange:
        before = self.get(hall, device)
        after = rule(before)
        if after is not None:
            self._sightings.setdefault(hall, {})[device] = after
        return SightingChange(before, after)

    def of_hall(self, hall: str) -> dict[str, Sighting]:
        return dict(self._sightings.get(hall, {}))


@dataclass
class SharedPlayers:
    """The sightings of all workers. While Redis does not answer there are none, and nobody waits for it."""

    url: str
    is_away: bool = False
    _redis: Any = None
    _swapping: Any = None

    def __post_init__(self) -> None:
        self._redis = Redis.from_url(self.url, decode_responses=True, socket_timeout=2.0)
        self._swapping = self._redis.register_script(_SWAP)

    def get(self, hall: str, device: str) -> Sighting | None:
        try:
            return _read(self._redis.hget(_key(hall), device))
        except RedisError:
            log.warning("players_not_read", hall=hall)
            return None

    def change(self, hall: str, device: str, rule: Rule) -> SightingChange:
        try:
            while True:
                text = self._redis.hget(_key(hall), device)
                before = _read(text)
                after = rule(before)
                if after is None or self._swap(hall, device, text or "", after):
                    return SightingChange(before, after)
        except RedisError:
            log.warning("players_not_kept", hall=hall)
            return SightingChange(None, rule(None))

    def _swap(self, hall: str, device: str, text: str, sighting: Sighting) -> bool:
        """Replaces the kept text by a sighting; False when the text had changed meanwhile."""
        arguments = [device, text, json.dumps(sighting.as_message()), KEPT_FOR_S]
        return bool(self._swapping(keys=[_key(hall)], args=arguments))

    def of_hall(self, hall: str) -> dict[str, Sighting]:
        try:
            found = self._redis.hgetall(_key(hall))
        except RedisError:
            log.warning("players_not_read", hall=hall)
            self.is_away = True
            return {}
        self.is_away = False
        read = {device: _read(text) for device, text in found.items()}
        return {device: sighting for device, sighting in read.items() if sighting is not None}


def _read(text: str | None) -> Sighting | None:
    """The sighting in a text; None without one, and for a text that another release wrote in another form."""
    if text is None:
        return None
    try:
        return Sighting.of_message(json.loads(text))
    except (KeyError, TypeError, ValueError):
        return None


def _key(hall: str) -> str:
    return f"parvis:players:{hall}"


def players_at(redis_url: str) -> Players:
    """The place of sightings: Redis when there is one, else this process."""
    return SharedPlayers(redis_url) if redis_url else OwnPlayers()
