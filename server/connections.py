"""The open connections of this process: their deadlines, and how many one network may hold unidentified."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from server.domain.web_addresses import network_of


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
    """From the upgrade to a websocket to its first packet."""


@dataclass(eq=False, slots=True)
class TcpConnection:
    """One TCP connection. `close` ends it from elsewhere; `waiting_since_s` None: it is being answered."""

    network: str
    deadlines: HttpDeadlines
    close: Callable[[], None]
    waiting_since_s: float | None
    is_identified: bool = False

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


def caller_is_identified() -> None:
    """The current connection belongs to a paired device, a signed-in person, a key or a visitor's ticket."""
    connection = CURRENT.get()
    if connection is not None:
        connection.is_identified = True


def caller_address(environ: Mapping[str, Any], *, is_behind_proxy: bool) -> str:
    """The address a request comes from. Behind a proxy, the last it has forwarded: others are invented."""
    address: str = environ.get("REMOTE_ADDR") or ""
    if is_behind_proxy:
        address = environ.get("HTTP_X_FORWARDED_FOR", address).rpartition(",")[2].strip()
    return address


@dataclass
class Connections:
    """Counts connections by network. A site or a Wi-Fi is one: those identified are not limited.

    Over `most` unidentified ones, that which has kept the server waiting longest is closed, so that whoever
    speaks at once is answered. 0: no limit. `is_behind_proxy`: a connection is the proxy's, and counts for
    whom it forwards from the head of a request on.
    """

    deadlines: HttpDeadlines = field(default_factory=HttpDeadlines)
    most: int = 0
    is_behind_proxy: bool = False
    _by_network: dict[str, set[TcpConnection]] = field(default_factory=dict)

    @contextmanager
    def open(self, address: str, close: Callable[[], None]) -> Iterator[TcpConnection]:
        """A connection from an address, counted while it lasts; `close` is called if it must go."""
        connection = TcpConnection("", self.deadlines, close, time.monotonic())
        if not self.is_behind_proxy:
            self._count(connection, address)
        token = CURRENT.set(connection)
        try:
            yield connection
        finally:
            CURRENT.reset(token)
            self._leave(connection)

    def head_is_read(self, connection: TcpConnection, environ: Mapping[str, Any]) -> None:
        """Behind a proxy, which may send requests of several people over one connection, count it anew."""
        if self.is_behind_proxy:
            self._leave(connection)
            connection.is_identified = False
            self._count(connection, caller_address(environ, is_behind_proxy=True))

    def _count(self, connection: TcpConnection, address: str) -> None:
        connection.network = network_of(address)
        others = self._by_network.setdefault(connection.network, set())
        others.add(connection)
        if self.most and len(others) > self.most:
            self._close_one(others, connection)

    def _leave(self, connection: TcpConnection) -> None:
        others = self._by_network.get(connection.network, set())
        others.discard(connection)
        if not others:
            self._by_network.pop(connection.network, None)

    def _close_one(self, others: set[TcpConnection], newest: TcpConnection) -> None:
        unidentified = [each for each in others if not each.is_identified]
        if len(unidentified) <= self.most:
            return
        waiting = [each for each in unidentified if each.waiting_since_s is not None and each is not newest]
        longest = min(waiting, key=lambda each: each.waiting_since_s or 0.0, default=newest)
        others.discard(longest)
        longest.close()
