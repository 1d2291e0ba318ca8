"""Who is connected to receive incidents: in memory, or in Redis where several workers share it.

They are no facts. Each process repeats those of its own sockets at every heartbeat; one that was not repeated
for a minute is left out.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

import structlog
from redis import Redis, RedisError

log = structlog.get_logger()

FRESH_FOR_S = 60.0
_KEY = "parvis:incident-receivers"


ReceivingPage = Literal["console", "reception", "security", "wall", "supervision"]
"""The pages at work that receive incidents."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A page whose person may receive incidents: hall (id), site (slug), author (id), and its kind.

    `hears_beyond`: also of other sites’ incidents that nobody answered.
    """

    hall: str
    site: str
    author: str
    page: ReceivingPage
    hears_beyond: bool


class Receivers(Protocol):
    """The connected receivers by socket. `is_away`: the last reading failed, so some may be connected."""

    is_away: bool

    def keep(self, receivers: Mapping[str, Receiver], now_s: float) -> None:
        """Notes that sockets are connected at an instant (seconds since 1970)."""

    def leave(self, socket: str) -> None:
        """Notes that a socket has gone."""

    def connected(self, now_s: float) -> list[Receiver]:
        """Every receiver noted in the last minute."""


@dataclass
class OwnReceivers:
    """The receivers of this process."""

    is_away: bool = False
    _noted: dict[str, tuple[Receiver, float]] = field(default_factory=dict)

    def keep(self, receivers: Mapping[str, Receiver], now_s: float) -> None:
        for socket, receiver in receivers.items():
            self._noted[socket] = (receiver, now_s)

    def leave(self, socket: str) -> None:
        self._noted.pop(socket, None)

    def connected(self, now_s: float) -> list[Receiver]:
        return _fresh(self._noted.values(), now_s)


@dataclass
class SharedReceivers:
    """The receivers of all workers. While Redis does not answer none is known, and nobody waits for it."""

    url: str
    is_away: bool = False
    _redis: Any = None

    def __post_init__(self) -> None:
        self._redis = Redis.from_url(self.url, decode_responses=True, socket_timeout=2.0)

    def keep(self, receivers: Mapping[str, Receiver], now_s: float) -> None:
        if not receivers:
            return
        noted = {socket: json.dumps([asdict(each), now_s]) for socket, each in receivers.items()}
        try:
            self._redis.hset(_KEY, mapping=noted)
        except RedisError:
            log.warning("receivers_not_kept")

    def leave(self, socket: str) -> None:
        try:
            self._redis.hdel(_KEY, socket)
        except RedisError:
            log.warning("receivers_not_kept")

    def connected(self, now_s: float) -> list[Receiver]:
        try:
            texts = self._redis.hgetall(_KEY)
            old = [socket for socket, text in texts.items() if now_s - json.loads(text)[1] > FRESH_FOR_S]
            if old:
                self._redis.hdel(_KEY, *old)
        except RedisError:
            log.warning("receivers_not_read")
            self.is_away = True
            return []
        self.is_away = False
        noted = (json.loads(text) for text in texts.values())
        return _fresh(((Receiver(**fields), at_s) for fields, at_s in noted), now_s)


def _fresh(noted: Iterable[tuple[Receiver, float]], now_s: float) -> list[Receiver]:
    return [receiver for receiver, at_s in noted if now_s - at_s <= FRESH_FOR_S]


def receivers_at(redis_url: str) -> Receivers:
    """The place of receivers: Redis when there is one, else this process."""
    return SharedReceivers(redis_url) if redis_url else OwnReceivers()
