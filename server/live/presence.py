"""Who is connected to this process: counted per hall and namespace.

So that nothing is computed for nobody.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from server.domain.author import Author
from server.domain.people.roles import Permission
from server.store.incidents import OwnReceivers, Receiver, Receivers


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
    _sockets: dict[str, tuple[str, str]] = field(default_factory=dict)
    _visits: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    _of_visit: dict[str, list[str]] = field(default_factory=dict)
    _screens: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    _devices: dict[str, tuple[str, str]] = field(default_factory=dict)
    _authors: dict[str, Author] = field(default_factory=dict)
    _tokens: dict[str, tuple[str, list[SocketToken]]] = field(default_factory=dict)
    _receiving: dict[str, Receiver] = field(default_factory=dict)

    def arrived(self, sid: str, namespace: str, joined: SocketPlace) -> None:
        """A socket has joined a hall's room."""
        self._sockets[sid] = (namespace, joined.hall)
        self.halls[namespace, joined.hall] += 1
        if joined.following is not None:
            self._visits[sid] = (joined.hall, *joined.following)
            self._of_visit.setdefault(joined.following[0], []).append(sid)
        if joined.screen is not None:
            self._screens[sid] = (joined.hall, *joined.screen)
        if joined.device is not None:
            self._devices[sid] = (joined.hall, joined.device)
        if joined.author is not None:
            self._authors[sid] = joined.author

    def receives(self, sid: str, receiver: Receiver, now_s: float) -> None:
        """A socket receives incidents, as every process knows at once."""
        self._receiving[sid] = receiver
        self.receivers.keep({sid: receiver}, now_s)

    def keep_receivers(self, now_s: float) -> None:
        """Repeats which sockets of this process receive incidents."""
        self.receivers.keep(dict(self._receiving), now_s)

    def author_of(self, sid: str) -> Author | None:
        """The author who let a socket in, None for one that names none."""
        return self._authors.get(sid)

    def screen_of(self, sid: str) -> tuple[str, str, str] | None:
        """The hall of a socket, its screen (the id in the document) and its device; None for any other."""
        return self._screens.get(sid)

    def device_of(self, sid: str) -> tuple[str, str] | None:
        """The hall and the kiosk or screen (its id in the hall's document) of a socket."""
        return self._devices.get(sid)

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
        place = self._sockets.pop(sid, None)
        self._leave_visit(sid)
        self._screens.pop(sid, None)
        self._devices.pop(sid, None)
        self._authors.pop(sid, None)
        if self._receiving.pop(sid, None) is not None:
            self.receivers.leave(sid)
        if place is not None:
            self.halls[place] -= 1
            if self.halls[place] <= 0:
                del self.halls[place]

    def has(self, namespace: str, hall: str) -> bool:
        """Whether anyone of this process is in the hall's room of a namespace."""
        return (namespace, hall) in self.halls

    def known_halls(self) -> set[str]:
        """The halls someone is connected to."""
        return {hall for _, hall in self.halls}

    def followed_in(self, hall: str) -> dict[str, set[str]]:
        """The visits followed by a phone in a hall, each with the languages of its phones."""
        found: dict[str, set[str]] = {}
        for each, visit, language in self._visits.values():
            if each == hall:
                found.setdefault(visit, set()).add(language)
        return found

    def languages_of(self, visit: str) -> set[str]:
        """The languages in which phones connected to this process follow a visit; empty without any."""
        return {self._visits[sid][2] for sid in self._of_visit.get(visit, ())}

    def beyond(self, visit: str, most: int) -> list[str]:
        """The sockets that follow a visit, the oldest first, without the newest `most`."""
        return self._of_visit.get(visit, [])[:-most]

    def _leave_visit(self, sid: str) -> None:
        followed = self._visits.pop(sid, None)
        if followed is not None:
            self._of_visit[followed[1]].remove(sid)
            if not self._of_visit[followed[1]]:
                del self._of_visit[followed[1]]

    def count(self) -> int:
        """Sockets connected to this process."""
        return len(self._sockets)
