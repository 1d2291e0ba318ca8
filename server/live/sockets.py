"""Socket.IO on gevent: websocket only, small messages, strict packets, stalled sockets dropped.

Every packet passes a gate before a namespace gets it: strict parsing, a budget of packets, its namespaces.
The budget of a network is spent by sockets that nobody has let in, and never by the first packet of one: a
site, a proxy or a Wi-Fi is one network, and after an outage all come back at once.
"""

import logging
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import gevent
import simple_websocket
import socketio
import structlog
from flask import Flask
from flask_socketio import SocketIO
from socketio import packet

from server.connections import SOCKETS, Strangers, caller_address
from server.domain.instants import Budget
from server.domain.refusals import Refusal
from server.domain.texts import entered_values, network_of
from server.live import messages
from server.live.messages import EVENTS, EVENTS_S, LARGEST_PACKET, PACKETS, PACKETS_S, PING_S, REFUSALS
from server.live.websockets import WebSocket

RESERVED_NAMES = frozenset(
    {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}
)
"""Names of the library's own events: it would pass them on from a client as if they had happened."""
ALLOWED_TYPES = frozenset({packet.CONNECT, packet.DISCONNECT, packet.EVENT})
log = structlog.get_logger()
_CONNECT, _DISCONNECT, _EVENT = "0", "1", "2"
_MOST_NETWORKS = 10_000


class WrongPacket(ValueError):
    """A packet that no page of ours sends; its text names the reason and quotes nothing."""


class StrictPacket(packet.Packet):  # type: ignore[misc]  # untyped library
    """A packet of Socket.IO that is read strictly; it is written as the library writes it."""

    def decode(self, encoded_packet: object) -> int:
        """Reads a packet. Raises WrongPacket."""
        if not isinstance(encoded_packet, str):
            raise WrongPacket("binary")
        try:
            attachments = super().decode(encoded_packet)
            entered_values(self.data)
        except (ValueError, RecursionError, Refusal):
            raise WrongPacket("unreadable") from None
        if self.packet_type not in ALLOWED_TYPES or attachments:
            raise WrongPacket("type")
        if self.packet_type == packet.EVENT:
            self._check_event()
        return 0

    def _check_event(self) -> None:
        """An event is a name and one message."""
        if not isinstance(self.data, list) or len(self.data) != 2 or not isinstance(self.data[0], str):
            raise WrongPacket("event")
        if self.data[0] in RESERVED_NAMES:
            raise WrongPacket("reserved_name")


@dataclass(slots=True)
class _Sender:
    """One socket, as the gate knows it."""

    network: str
    events: Budget = field(default_factory=lambda: Budget(EVENTS, EVENTS_S))
    refusals: int = 0
    has_spoken: bool = False
    is_let_in: bool = False


class Gate:
    """Lets the packets of clients in; a client that sends what no page sends, or too much, is cut."""

    def __init__(self, server: socketio.Server, *, is_behind_proxy: bool = False) -> None:
        self._server, self._is_behind_proxy = server, is_behind_proxy
        self._senders: dict[str, _Sender] = {}
        self._networks: dict[str, Budget] = {}
        self._handle = server.eio.handlers["message"]
        self._gone = server.eio.handlers["disconnect"]
        server.eio.on("message", self.receive)
        server.eio.on("disconnect", self._leave)

    def receive(self, eio_sid: str, content: object) -> None:
        """Hands a packet on. `eio_sid` is the socket's id."""
        socket = self._server.eio.sockets.get(eio_sid)
        if socket is None or socket.closed:
            return  # what it had sent before it was cut
        sender = self._senders.get(eio_sid) or self._senders.setdefault(eio_sid, self._new_sender(eio_sid))
        try:
            packet = self._spend(sender, content)
            self._handle(eio_sid, packet)
        except WrongPacket as wrong:
            self.cut(eio_sid, str(wrong))
        except Exception:
            log.exception("socket_failed")
            self.cut(eio_sid, "failed")
        else:
            if packet[0] in (_CONNECT, _DISCONNECT):
                self._look_in(eio_sid, sender, packet)

    def _look_in(self, eio_sid: str, sender: _Sender, packet: str) -> None:
        """Cuts a socket that was refused too often, or that has left the one namespace it was in."""
        was_in, sender.is_let_in = sender.is_let_in, self._is_let_in(eio_sid)
        sender.refusals += packet[0] == _CONNECT and (was_in or not sender.is_let_in)
        if sender.refusals >= REFUSALS:
            self.cut(eio_sid, "refusals")
        elif was_in and not sender.is_let_in:
            self.cut(eio_sid, "left")

    def cut(self, eio_sid: str, reason: str) -> None:
        """Ends a socket, without waiting for what it has still to read."""
        log.warning("socket_cut", reason=reason)
        socket = self._server.eio.sockets.get(eio_sid)
        if socket is not None:
            socket.close(wait=False, abort=True)

    def _spend(self, sender: _Sender, content: object) -> str:
        """Counts a packet; its text. Raises WrongPacket."""
        if not isinstance(content, str) or not content:
            raise WrongPacket("empty")
        now_s = time.monotonic()
        if content[0] == _EVENT and not sender.events.take(now_s):
            raise WrongPacket("events")
        if content[0] == _CONNECT and _namespace_of(content) not in self._server.namespaces:
            raise WrongPacket("namespace")
        if (
            not sender.is_let_in
            and sender.has_spoken
            and not self._budget_of(sender.network, now_s).take(now_s)
        ):
            raise WrongPacket("network")
        sender.has_spoken = True
        return content

    def _budget_of(self, network: str, now_s: float) -> Budget:
        if len(self._networks) > _MOST_NETWORKS:
            self._networks = {name: each for name, each in self._networks.items() if not each.is_over(now_s)}
        return self._networks.setdefault(network, Budget(PACKETS, PACKETS_S))

    def _is_let_in(self, eio_sid: str) -> bool:
        """Whether a namespace has let the socket in."""
        rooms = self._server.manager
        return any(rooms.sid_from_eio_sid(eio_sid, name) is not None for name in self._server.namespaces)

    def _new_sender(self, eio_sid: str) -> _Sender:
        environ = self._server.environ.get(eio_sid, {})
        return _Sender(network_of(caller_address(environ, is_behind_proxy=self._is_behind_proxy)))

    def _leave(self, eio_sid: str, reason: object = None) -> None:
        self._senders.pop(eio_sid, None)
        self._gone(eio_sid, reason)


def _namespace_of(connect: str) -> str:
    """The namespace that a packet asks to join."""
    name = connect[1:].partition(",")[0]
    return name.partition("?")[0] if name.startswith("/") else "/"


def make_socketio(app: Flask, *, async_mode: str, redis_url: str, is_behind_proxy: bool) -> SocketIO:
    """The Socket.IO server of an app; several workers are joined by Redis."""
    if async_mode == "gevent":
        simple_websocket.Server = partial(
            WebSocket, Strangers(SOCKETS)
        )  # the library makes one of each upgrade
        gevent.config.track_greenlet_tree = False  # a note on who began each greenlet, which nothing reads
    lines = logging.getLogger("socketio")  # of our own, else each library writes its lines twice
    options: dict[str, Any] = {
        "async_mode": async_mode,
        "transports": ["websocket"],
        "allow_upgrades": False,
        "ping_interval": PING_S,
        "ping_timeout": PING_S,
        "max_http_buffer_size": LARGEST_PACKET,
        "manage_session": False,
        "namespaces": messages.NAMESPACES,
        "serializer": StrictPacket,
        "logger": lines,
        "engineio_logger": lines,
    }
    if redis_url:
        import socketio

        redis_options = {"socket_timeout": None, "health_check_interval": 30}
        options["client_manager"] = socketio.RedisManager(redis_url, redis_options=redis_options)
    made = SocketIO(app, **options)
    Gate(made.server, is_behind_proxy=is_behind_proxy)
    return made
