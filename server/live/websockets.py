"""Websockets of Socket.IO: whole and shared frames, a deadline for joining, a budget of packets."""

import socket
import threading
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from simple_websocket import ConnectionClosed
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage
from wsproto.utilities import ProtocolError, generate_accept_token

from server.connections import CURRENT, LOOK_ROUND_S, Strangers
from server.domain.instants import Budget
from server.live.messages import LARGEST_PACKET, PACKETS, PACKETS_S, SILENT_S, is_engine_packet

log = structlog.get_logger()

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_RECEIVED_BYTES = 4_096
_VERSION = "13"
_ACCEPTED = (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: {}\r\n\r\n"
)
_NO_WEBSOCKET = (
    b"HTTP/1.1 400 Bad Request\r\nSec-WebSocket-Version: 13\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)

_LEAVING = threading.BoundedSemaphore(4)
"""How many sockets leave in one round of the event loop: of hundreds, requests go between."""


class WholeFrames:
    """A socket whose send() writes everything: it may write a part only when a client reads slowly.

    Two writers may not interleave either.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._lock = threading.Lock()
        self.recv, self.settimeout = sock.recv, sock.settimeout

    def send(self, content: bytes) -> int:
        """Writes all of it."""
        with self._lock:
            sent = self._sock.send(content)
            if sent < len(content):  # sendall() would first ask the system for the size of its buffer
                self._sock.sendall(memoryview(content)[sent:])
        return len(content)

    def end(self) -> None:
        """Ends the TCP connection, also while another greenlet waits for it."""
        with suppress(OSError):  # it may have ended by itself
            self._sock.shutdown(socket.SHUT_RDWR)


class _SharedFrame:
    """The frame of the message sent last: what goes to every screen of a hall is framed once.

    A server's frames are not masked and, without compression, the same for every client.
    """

    def __init__(self) -> None:
        self._last: tuple[str | bytes | None, bytes] = (None, b"")

    def of(self, message: str | bytes, connection: Connection) -> bytes:
        """The frame of a text or binary message on a server's open connection."""
        last, frame = self._last
        if last is not message:
            event = BytesMessage(message) if isinstance(message, bytes) else TextMessage(message)
            frame = connection.send(event)
            self._last = (message, frame)
        return frame


_FRAMES = _SharedFrame()


class WebSocket:
    """A websocket of the server: one that joins nothing in time, sends too much or no Engine.IO, is closed.

    It has the methods that python-engineio calls of simple-websocket's server, whose handshake by a parser of
    HTTP and whose second thread make a thousand screens that join again take half as long again. `strangers`
    are those that have not joined. Compression is declined: each client would keep some 300 kB and compress
    the same message again.
    """

    mode = "gevent"

    def __init__(self, strangers: Strangers, environ: "WSGIEnvironment", **_: object) -> None:
        connection = CURRENT.get()
        if connection is None or connection.sock is None:
            raise RuntimeError("a websocket needs a connection of our server")
        self._connection = connection
        self._sock = WholeFrames(connection.sock)
        self._protocol = Connection(ConnectionType.SERVER)
        self._budget = Budget(PACKETS, PACKETS_S)
        self._packets: deque[str] = deque()
        self._message = ""
        connection.waiting_since_s = time.monotonic()
        self._join_by_s: float | None = connection.waiting_since_s + connection.deadlines.first_packet_s
        connection.is_identified = False
        self.connected = self._shake_hands(environ)
        if self.connected:
            strangers.add(connection)

    def _shake_hands(self, environ: "WSGIEnvironment") -> bool:
        key = environ.get("HTTP_SEC_WEBSOCKET_KEY", "")
        is_websocket = bool(key) and environ.get("HTTP_SEC_WEBSOCKET_VERSION") == _VERSION
        token = generate_accept_token(key.encode("latin-1")).decode() if is_websocket else ""
        with suppress(OSError):  # a client that has gone is seen by the first reading
            self._sock.send(_ACCEPTED.format(token).encode() if is_websocket else _NO_WEBSOCKET)
        return is_websocket

    def send(self, message: str | bytes) -> None:
        """Sends a message. Raises ConnectionClosed."""
        if not self.connected:
            raise ConnectionClosed
        self._sock.send(_FRAMES.of(message, self._protocol))

    def receive(self) -> str:
        """The next packet of Engine.IO. Raises ConnectionClosed."""
        while self.connected and not self._packets:
            try:
                self._read()
            except (OSError, ProtocolError):
                self._end()
        if not self.connected:
            with _LEAVING:
                time.sleep(LOOK_ROUND_S)
            raise ConnectionClosed
        return self._packets.popleft()

    def close(self) -> None:
        """Says goodbye and ends the connection: a client that does not answer would keep it open."""
        try:
            self._sock.send(self._protocol.send(CloseConnection(1000)))
        except (OSError, ProtocolError):
            pass  # it has gone, or said goodbye first
        finally:
            self._end()

    def _read(self) -> None:
        """Takes what has come. Raises OSError: the connection has ended, or nothing came in time."""
        if self._join_by_s is not None:
            self._wait_for_joining(self._join_by_s)
        received = self._sock.recv(_RECEIVED_BYTES)
        if not received:
            raise ConnectionResetError
        self._protocol.receive_data(received)
        for event in self._protocol.events():
            if not self._budget.take(time.monotonic()):
                self._cut("packets")
            if not self.connected:
                return
            self._take(event)

    def _wait_for_joining(self, join_by_s: float) -> None:
        if self._connection.is_identified:
            self._join_by_s = None
            self._sock.settimeout(SILENT_S)
            return
        left_s = join_by_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self._sock.settimeout(left_s)

    def _take(self, event: Event) -> None:
        if isinstance(event, TextMessage):
            self._message += event.data
            if event.message_finished:
                self._packets.append(self._message)
                self._message = ""
            if len(self._message) > LARGEST_PACKET or not all(map(is_engine_packet, self._packets)):
                self._cut("no_packet")
        elif isinstance(event, Ping):
            self._sock.send(self._protocol.send(event.response()))
        elif isinstance(event, CloseConnection):
            self._sock.send(self._protocol.send(event.response()))
            self._end()
        elif isinstance(event, BytesMessage):
            self._cut("no_packet")

    def _cut(self, reason: str) -> None:
        log.warning("socket_cut", reason=reason)
        self._packets.clear()
        self._end()

    def _end(self) -> None:
        self.connected = False
        self._sock.end()
