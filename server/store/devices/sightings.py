"""What devices say of themselves: last sightings, presence, rests of panels, applied configurations.

The last sighting is in memory, or in Redis where several workers share it. Sightings are no facts: each holds
for a minute. After a start of the server the devices send them again.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

import structlog
from redis import Redis, RedisError
from sqlalchemy import ColumnElement, and_, bindparam, func, select

from server.domain.devices.connections import DayOfLooks
from server.domain.devices.device_state import GOES_ON_WITHIN, PanelRest, Sighting
from server.store.configuration.halls import HALL, INSTALLATION
from server.store.engine.lookups import ChangeBy, OfHall, Several
from server.store.engine.statements import NewValues, Read, Rows, Write, WrittenRows, rows_of
from server.store.tables.devices import device_presence, panel_rest
from server.store.tables.journals import document, hall

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

    def of_halls(self, halls: Sequence[str]) -> dict[str, dict[str, Sighting]]:
        """The same of many halls at once, by hall; every one of them is there."""


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

    def of_halls(self, halls: Sequence[str]) -> dict[str, dict[str, Sighting]]:
        return {hall: self.of_hall(hall) for hall in halls}


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
        return self.of_halls([hall])[hall]

    def of_halls(self, halls: Sequence[str]) -> dict[str, dict[str, Sighting]]:
        asked = self._redis.pipeline(transaction=False)
        for each in halls:
            asked.hgetall(_key(each))
        try:
            answers = asked.execute()
        except RedisError:
            log.warning("players_not_read", halls=len(halls))
            self.is_away = True
            return {each: {} for each in halls}
        self.is_away = False
        return {each: _sightings(found) for each, found in zip(halls, answers, strict=True)}


def _sightings(found: Mapping[str, str]) -> dict[str, Sighting]:
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


@dataclass(frozen=True, slots=True)
class PublishedHall:
    """A hall with the revisions in force of its document and the installation's, and when each appeared."""

    id: str
    slug: str
    installation_revision: int
    configuration_revision: int
    published_at: datetime
    installation_at: datetime


_OF_HALL, _OF_INSTALLATION = document.alias("of_hall"), document.alias("of_installation")
published_halls = Several(
    PublishedHall,
    rows_of(
        PublishedHall,
        hall,
        published_at=_OF_HALL.c.published_at,
        installation_at=_OF_INSTALLATION.c.published_at,
    )
    .select_from(
        hall.join(
            _OF_HALL,
            and_(
                _OF_HALL.c.kind == HALL,
                _OF_HALL.c.scope == hall.c.id,
                _OF_HALL.c.revision == hall.c.configuration_revision,
            ),
        ).join(
            _OF_INSTALLATION,
            and_(
                _OF_INSTALLATION.c.kind == INSTALLATION,
                _OF_INSTALLATION.c.revision == hall.c.installation_revision,
            ),
        )
    )
    .order_by(hall.c.slug),
)
"""The halls that have a published configuration, by slug."""

_GO_ON = Write(
    panel_rest.update()
    .where(
        panel_rest.c.hall == bindparam("of_hall"),
        panel_rest.c.screen == bindparam("of_screen"),
        panel_rest.c.last_at >= bindparam("since"),
    )
    .values(last_at=bindparam("last_at"))
)
_BEGIN = Write.new_row(panel_rest, PanelRest, "hall")
_RESTS = Read.of(
    PanelRest,
    panel_rest,
    panel_rest.c.hall.in_(bindparam("halls", expanding=True)),
    panel_rest.c.last_at >= bindparam("since"),
    order=("began_at",),
)
delete_panel_rests = ChangeBy(panel_rest.delete().where(panel_rest.c.last_at < bindparam("before")))
"""Deletes the rests that ended before an instant; how many."""


def add_panel_rest(rows: WrittenRows, hall: str, screen: str, now: datetime) -> None:
    """Notes that the panel of a hall's (id) screen is off on purpose now: a rest goes on or begins."""
    since = now - GOES_ON_WITHIN
    if not rows.execute(_GO_ON, of_hall=hall, of_screen=screen, since=since, last_at=now):
        rows.execute(_BEGIN, hall=hall, screen=screen, began_at=now, last_at=now)


def panel_rests(rows: Rows, halls: Sequence[str], since: datetime) -> Mapping[str, list[PanelRest]]:
    """The rests of the panels of halls (ids) that lasted until `since` or longer, by the screen's id."""
    found: defaultdict[str, list[PanelRest]] = defaultdict(list)
    for rest in rows.all(_RESTS, halls=halls, since=since):
        found[rest.screen].append(rest)
    return found


_KEY = ("hall", "kind", "configured", "looked_on")


@dataclass(frozen=True, slots=True)
class PresenceCheck:
    """One check of a device (its kind and its id in the hall's document). `seen_at`: its last sign of life.

    `counts`: the hall is open, so that the device should be present.
    """

    kind: str
    configured: str
    is_seen: bool
    counts: bool
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownPresence:
    """The sums of the days of a device, and the last sign of life in all of them."""

    days: tuple[DayOfLooks, ...]
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Day:
    kind: str
    configured: str
    looked_on: date
    seen: int
    missed: int
    seen_at: datetime | None


def _added(new: NewValues) -> Mapping[str, ColumnElement[object]]:
    return {
        "seen": device_presence.c.seen + new.seen,
        "missed": device_presence.c.missed + new.missed,
        "seen_at": func.coalesce(new.seen_at, device_presence.c.seen_at),
    }


_ADD = Write.insert_or(_added, device_presence, _KEY, ["seen", "missed", "seen_at"])
_PRESENCES = Read.of(
    _Day,
    device_presence,
    device_presence.c.hall.in_(bindparam("halls", expanding=True)),
    device_presence.c.looked_on >= bindparam("since"),
)
delete_checks = ChangeBy(device_presence.delete().where(device_presence.c.looked_on < bindparam("before")))
"""Deletes the sums of days before a local day; how many."""


def add_checks(rows: WrittenRows, hall: str, on: date, checks: Iterable[PresenceCheck]) -> None:
    """Adds checks of a hall's (id) devices to the sums of a local day."""
    for check in checks:
        rows.execute(
            _ADD,
            hall=hall,
            kind=check.kind,
            configured=check.configured,
            looked_on=on,
            seen=int(check.counts and check.is_seen),
            missed=int(check.counts and not check.is_seen),
            seen_at=check.seen_at,
        )


def presences(rows: Rows, halls: Sequence[str], since: date) -> Mapping[tuple[str, str], KnownPresence]:
    """The presence of the devices of halls (ids) from a local day on, by kind and id in the document."""
    found: dict[tuple[str, str], list[_Day]] = {}
    for day in rows.all(_PRESENCES, halls=halls, since=since):
        found.setdefault((day.kind, day.configured), []).append(day)
    return {device: _presence_of(days) for device, days in found.items()}


_LAST_SIGNS = OfHall(
    tuple[str, str, datetime | None],
    select(
        device_presence.c.kind,
        device_presence.c.configured,
        func.max(device_presence.c.seen_at).label("seen_at"),
    ).group_by(device_presence.c.hall, device_presence.c.kind, device_presence.c.configured),
    device_presence.c.hall,
)


def last_signs(rows: Rows) -> Mapping[tuple[str, str], KnownPresence]:
    """The last sign of life of the devices of every hall, without the sums of their days; as above."""
    return {(kind, device): KnownPresence((), seen_at) for kind, device, seen_at in _LAST_SIGNS(rows, None)}


def _presence_of(days: Sequence[_Day]) -> KnownPresence:
    sums = tuple(DayOfLooks(day.looked_on, day.seen, day.missed) for day in days)
    return KnownPresence(sums, max((day.seen_at for day in days if day.seen_at is not None), default=None))
