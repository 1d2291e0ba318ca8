"""Who is connected to this process: sockets by hall and namespace, so that nothing is computed for nobody.

Kiosks and screens also by their connections, heartbeats and reports. Sockets whose token is void are cut: a
revoked screen, a page of somebody who signed out or lost a role.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import NamedTuple

from server.clock import Clock
from server.domain.author import Author
from server.domain.devices import device_state as rules
from server.domain.devices.connections import DeviceConnection, is_copied
from server.domain.devices.device_state import Report, Sighting
from server.domain.hall.configuration import REACHING
from server.domain.people.roles import Permission
from server.measures import SOCKETS
from server.store.devices.paired_devices import valid_digests
from server.store.devices.sightings import Players, Rule
from server.store.incidents import OwnReceivers, Receiver, Receivers
from server.store.installation import AccessMark, access_mark
from server.store.people.accounts import Grant, allowed_by, reach_of
from server.store.people.sign_ins import signed_in
from server.store.transactions.database import Database

READ_EVERY_S = 25.0
"""How often the tokens are read for what expires by itself."""


class SocketToken(NamedTuple):
    """What a socket was let in by: the digest of its token, and for what, in a hall (id) or a part of it."""

    digest: str
    hall: str
    permission: Permission
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class SocketPlace:
    """Where a socket belongs: its hall (id) and its rooms.

    `following` is the visit a phone follows, and its language; `screen` the id of a hall's screen and that of
    its device; `device` the id of a paired kiosk or screen in the hall's document; `author`: whose token or
    session let the socket in; `receiver`: a page that receives incidents.
    """

    hall: str
    rooms: Sequence[str]
    following: tuple[str, str] | None = None
    screen: tuple[str, str] | None = None
    device: str | None = None
    author: Author | None = None
    receiver: Receiver | None = None


@dataclass
class Presence:
    """Connected sockets of this process. A visitor's socket also stands for its visit, in a language.

    Those of a device, an API key or a signed-in person are known by the digest of its token. `receivers`: the
    pages of every process that receive incidents.
    """

    receivers: Receivers = field(default_factory=OwnReceivers)

    halls: Counter[tuple[str, str]] = field(default_factory=Counter)
    _places: dict[str, tuple[str, SocketPlace]] = field(default_factory=dict)
    _of_visit: dict[str, dict[str, str]] = field(default_factory=dict)
    """By visit, the languages of its sockets, the oldest first."""
    _tokens: dict[str, tuple[str, list[SocketToken]]] = field(default_factory=dict)

    def arrived(self, sid: str, namespace: str, joined: SocketPlace) -> None:
        """A socket has joined a hall's room."""
        self._places[sid] = namespace, joined
        self.halls[namespace, joined.hall] += 1
        SOCKETS.labels(namespace.strip("/")).inc()
        if joined.following is not None:
            visit, language = joined.following
            self._of_visit.setdefault(visit, {})[sid] = language

    def keep_receivers(self, now_s: float) -> None:
        """Repeats which sockets of this process receive incidents."""
        found = {sid: place.receiver for sid, (_, place) in self._places.items() if place.receiver}
        self.receivers.keep(found, now_s)

    def place_of(self, sid: str) -> SocketPlace | None:
        """Where a socket belongs; None: it has left."""
        return self._places[sid][1] if sid in self._places else None

    def device_of(self, sid: str) -> tuple[str, str] | None:
        """The hall and the kiosk or screen (its id in the hall's document) of a socket."""
        place = self.place_of(sid)
        return None if place is None or place.device is None else (place.hall, place.device)

    def showed_token(self, sid: str, namespace: str, token: SocketToken) -> None:
        """A socket was let in by a token, for one permission; it may have asked for several."""
        self._tokens.setdefault(sid, (namespace, []))[1].append(token)

    def tokens(self) -> list[tuple[str, str, list[SocketToken]]]:
        """The sockets let in by a token: sid, namespace, for what."""
        return [(sid, namespace, list(tokens)) for sid, (namespace, tokens) in self._tokens.items()]

    def digests(self) -> set[str]:
        """The digests of the tokens of all sockets let in by one."""
        return {each.digest for _, tokens in self._tokens.values() for each in tokens}

    def left(self, sid: str) -> None:
        """A socket has gone."""
        self._tokens.pop(sid, None)
        if sid not in self._places:
            return
        namespace, place = self._places.pop(sid)
        if place.receiver is not None:
            self.receivers.leave(sid)
        if place.following is not None:
            visit, _ = place.following
            del self._of_visit[visit][sid]
            if not self._of_visit[visit]:
                del self._of_visit[visit]
        SOCKETS.labels(namespace.strip("/")).dec()
        self.halls[namespace, place.hall] -= 1
        if self.halls[namespace, place.hall] <= 0:
            del self.halls[namespace, place.hall]

    def has(self, namespace: str, hall: str) -> bool:
        """Whether anyone of this process is in the hall's room of a namespace."""
        return (namespace, hall) in self.halls

    def known_halls(self) -> set[str]:
        """The halls someone is connected to."""
        return {hall for _, hall in self.halls}

    def followed_in(self, hall: str) -> dict[str, set[str]]:
        """The visits followed by a phone in a hall, each with the languages of its phones."""
        of_hall = (place.following for _, place in self._places.values() if place.hall == hall)
        return {following[0]: self.languages_of(following[0]) for following in of_hall if following}

    def languages_of(self, visit: str) -> set[str]:
        """The languages in which phones connected to this process follow a visit; empty without any."""
        return set(self._of_visit.get(visit, {}).values())

    def beyond(self, visit: str, most: int) -> list[str]:
        """The sockets that follow a visit, the oldest first, without the newest `most`."""
        return list(self._of_visit.get(visit, {}))[:-most]

    def count(self) -> int:
        """Sockets connected to this process."""
        return len(self._places)


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

    def take_report(self, hall: str, device: str, report: Report | None) -> bool:
        """Stores the report of a device; None: the message could not be read. Returns whether it could."""
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


@dataclass
class VoidTokens:
    """Checks the tokens of sockets when any process changed devices, keys, sessions or roles.

    And when a socket has come, which may have been let in just before such a change, and every READ_EVERY_S.
    `look` is called once a second; `cut(sid, namespace)` ends a socket.
    """

    database: Database
    presence: Presence
    cut: Callable[[str, str], None]
    _last_changes: AccessMark | None = None
    _checked: frozenset[tuple[str, SocketToken]] = frozenset()
    _checked_at_s: float = 0.0

    def cut_void(self) -> None:
        """Cuts the sockets of revoked or renewed devices, of revoked or expired keys, of ended sessions.

        And of people whose roles do not allow it any more, or for another part of the hall. After a change,
        also by another process, this process reads anew who calls.
        """
        sockets = self.presence.tokens()
        if not sockets:
            return
        shown = frozenset((sid, each) for sid, _, tokens in sockets for each in tokens)
        now_s = self.database.clock.elapsed_s()
        with self.database.read() as rows:
            changes = access_mark(rows)
            is_recent = now_s - self._checked_at_s < READ_EVERY_S
            if is_recent and changes == self._last_changes and shown <= self._checked:
                return
            if changes != self._last_changes:
                self.database.installation_changes += 1
            now = self.database.clock.now()
            valid = valid_digests(rows, now)
            people = signed_in(rows, self.presence.digests() - valid, now)
        for sid, namespace, tokens in sockets:
            if not all(each.digest in valid or self._is_allowed(each, people) for each in tokens):
                self.cut(sid, namespace)
        self._last_changes, self._checked, self._checked_at_s = changes, shown, now_s

    def _is_allowed(self, token: SocketToken, people: Mapping[str, Sequence[Grant]]) -> bool:
        grants = people.get(token.digest)
        if grants is None:
            return False
        hall = self.database.configuration(token.hall)
        if not allowed_by(grants, token.permission, hall.site.slug):
            return False
        return token.permission not in REACHING or token.is_whole == (
            reach_of(grants, token.permission, hall).is_whole
        )
