"""The open connections of this process: their deadlines, and how many strangers may hold."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from server.domain.texts import network_of, wider_network_of


@dataclass(frozen=True, slots=True)
class HttpDeadlines:
    """How long a connection may keep the server waiting, in seconds."""

    head_s: float = 10.0
    """From the connection, or the first byte of a later request, to the end of the request's head."""
    body_s: float = 30.0
    """Without a byte of the body, or without one of the answer being taken."""
    next_request_s: float = 15.0
    """From an answer to the next request of the same connection."""
    first_packet_s: float = 10.0
    """From the upgrade to a websocket to the namespace that lets it in."""


@dataclass(eq=False, slots=True)
class TcpConnection:
    """One TCP connection. `close` ends it from elsewhere; `waiting_since_s` None: it is being answered.

    `sock` is what is read and written; `counted` are those that nobody has identified, among which it is.
    """

    address: str
    deadlines: HttpDeadlines
    close: Callable[[], None]
    waiting_since_s: float | None
    is_identified: bool = False
    sock: Any = None
    counted: "list[Strangers]" = field(default_factory=list)

    @property
    def network(self) -> str:
        """What its address is counted by."""
        return network_of(self.address)

    def identify(self) -> None:
        """Somebody is known to use it: it is not counted any more."""
        self.is_identified = True
        self.forget()

    def forget(self) -> None:
        """It is not counted any more."""
        while self.counted:
            self.counted.pop().drop(self)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Meanwhile the server waits for what the client sends."""
        before, self.waiting_since_s = self.waiting_since_s, time.monotonic()
        try:
            yield
        finally:
            self.waiting_since_s = before


CURRENT: ContextVar[TcpConnection | None] = ContextVar("connection", default=None)
"""The connection whose request or packet is being handled; None outside a server."""


def identify_caller() -> None:
    """Marks the current connection as that of a known device, person, key or ticket."""
    connection = CURRENT.get()
    if connection is not None and not connection.is_identified:
        connection.identify()


def caller_address(environ: Mapping[str, Any], *, is_behind_proxy: bool) -> str:
    """The address a request comes from. Behind a proxy, the last it has forwarded: others are invented."""
    address: str = environ.get("REMOTE_ADDR") or ""
    if is_behind_proxy:
        address = environ.get("HTTP_X_FORWARDED_FOR", address).rpartition(",")[2].strip()
    return address


LOOK_ROUND_S = 1e-9
"""No time, but more than 0: the event loop then looks at its connections, which a sleep of 0 does not do."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Most of one address (in IPv6 a /64), of the network around it, and of everybody. 0: no limit."""

    address: int = 0
    network: int = 0
    everybody: int = 0


SOCKETS = Bounds(address=128, network=512, everybody=2_048)
"""Websockets that have not joined: three times the forty devices of a hall, should all come back at once."""


class Strangers:
    """Connections that nobody has identified. Over a bound that which has waited longest is closed.

    So whoever speaks at once is answered. Over the bound of everybody the address with most of them loses
    one.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._bounds, self._count = bounds, 0
        self._addresses: dict[str, set[TcpConnection]] = {}
        self._networks: dict[str, set[TcpConnection]] = {}

    def add(self, connection: TcpConnection) -> None:
        """Counts one more, by its address."""
        connection.counted.append(self)
        self._count += 1
        of_address = self._addresses.setdefault(network_of(connection.address), set())
        of_network = self._networks.setdefault(wider_network_of(connection.address), set())
        of_address.add(connection)
        of_network.add(connection)
        if 0 < self._bounds.address < len(of_address):
            _close_one(of_address, connection)
        elif 0 < self._bounds.network < len(of_network):
            _close_one(of_network, connection)
        elif 0 < self._bounds.everybody < self._count:
            _close_one(max(self._addresses.values(), key=len), connection)

    def drop(self, connection: TcpConnection) -> None:
        """Counts one less."""
        self._count -= 1
        for groups, key in (
            (self._addresses, network_of(connection.address)),
            (self._networks, wider_network_of(connection.address)),
        ):
            groups[key].discard(connection)
            if not groups[key]:
                del groups[key]


def _close_one(group: set[TcpConnection], newest: TcpConnection) -> None:
    waiting = [each for each in group if each.waiting_since_s is not None and each is not newest]
    longest = min(waiting, key=lambda each: each.waiting_since_s or 0.0, default=newest)
    longest.forget()
    longest.close()


class Connections:
    """The connections of a process. A site or a Wi-Fi is one address: those identified are not limited.

    `is_behind_proxy`: a connection is the proxy's, and counts for whom it forwards from the head of a request
    on.
    """

    def __init__(self, bounds: Bounds, deadlines: HttpDeadlines, *, is_behind_proxy: bool = False) -> None:
        self.deadlines, self.is_behind_proxy = deadlines, is_behind_proxy
        self._strangers = Strangers(bounds)

    @contextmanager
    def open(self, address: str, close: Callable[[], None]) -> Iterator[TcpConnection]:
        """A connection from an address, counted while it lasts; `close` is called if it must go."""
        connection = TcpConnection(address, self.deadlines, close, time.monotonic())
        if not self.is_behind_proxy:
            self._strangers.add(connection)
        token = CURRENT.set(connection)
        try:
            yield connection
        finally:
            CURRENT.reset(token)
            connection.forget()

    def head_is_read(self, connection: TcpConnection, environ: Mapping[str, Any]) -> None:
        """Behind a proxy, which may send requests of several people over one connection, count it anew."""
        if self.is_behind_proxy:
            connection.forget()
            connection.is_identified = False
            connection.address = caller_address(environ, is_behind_proxy=True)
            self._strangers.add(connection)
