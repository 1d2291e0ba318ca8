"""When each kiosk and screen was last seen and what it told: in memory, or in Redis where workers share it.

Nothing of it is a fact: it is true for a minute. It is told anew by the devices after each start.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from redis import Redis, RedisError

from server.domain.players import Sighting

log = structlog.get_logger()

KEPT_FOR_S = 30 * 86_400


class Players(Protocol):
    """The last sighting of each device, by hall (id) and its id in the hall's document.

    `is_away`: what was read last could not be read; that a device is unknown then says nothing of it.
    """

    is_away: bool

    def get(self, hall: str, device: str) -> Sighting | None:
        """The last sighting of a device; None when it was never seen."""

    def put(self, hall: str, device: str, sighting: Sighting) -> None:
        """Keeps the last sighting of a device."""

    def of_hall(self, hall: str) -> dict[str, Sighting]:
        """The last sightings of a hall's devices."""


@dataclass
class OwnPlayers:
    """Those that this process saw, since it was started."""

    is_away: bool = False
    _seen: dict[str, dict[str, Sighting]] = field(default_factory=dict)

    def get(self, hall: str, device: str) -> Sighting | None:
        return self._seen.get(hall, {}).get(device)

    def put(self, hall: str, device: str, sighting: Sighting) -> None:
        self._seen.setdefault(hall, {})[device] = sighting

    def of_hall(self, hall: str) -> dict[str, Sighting]:
        return dict(self._seen.get(hall, {}))


@dataclass
class SharedPlayers:
    """Those that any worker saw. Where Redis does not answer, nothing is known and nobody is held up."""

    url: str
    is_away: bool = False
    _redis: Any = None

    def __post_init__(self) -> None:
        self._redis = Redis.from_url(self.url, decode_responses=True, socket_timeout=2.0)

    def get(self, hall: str, device: str) -> Sighting | None:
        try:
            text = self._redis.hget(_key(hall), device)
        except RedisError:
            log.warning("players_not_read", hall=hall)
            return None
        return None if text is None else _read(text)

    def put(self, hall: str, device: str, sighting: Sighting) -> None:
        try:
            with self._redis.pipeline(transaction=False) as written:
                written.hset(_key(hall), device, json.dumps(sighting.as_message()))
                written.expire(_key(hall), KEPT_FOR_S)
                written.execute()
        except RedisError:
            log.warning("players_not_kept", hall=hall)

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


def _read(text: str) -> Sighting | None:
    """What was kept; None for what another release of the server kept in another form."""
    try:
        return Sighting.of_message(json.loads(text))
    except (KeyError, TypeError, ValueError):
        return None


def _key(hall: str) -> str:
    return f"parvis:players:{hall}"


def players_at(redis_url: str) -> Players:
    """Where devices are kept: in Redis when there is one, else in this process."""
    return SharedPlayers(redis_url) if redis_url else OwnPlayers()
