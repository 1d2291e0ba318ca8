"""Websockets of Socket.IO: whole and shared frames, a deadline for the first packet, a budget of packets."""

import socket
import threading
import time
from collections.abc import Generator
from contextlib import suppress
from typing import Any

import simple_websocket
from wsproto import ConnectionType, WSConnection
from wsproto.events import BytesMessage, Event, TextMessage

from server.connections import CURRENT, HttpDeadlines, TcpConnection
from server.domain.budgets import Budget
from server.live.wire import LARGEST_PACKET, PACKETS, PACKETS_S, SILENT_S, is_engine_packet
from server.logs.limited import limited_line


class WholeFrames:
    """A socket whose send() writes everything.

    simple-websocket 1.1 calls send(), which writes a part only when a client reads slowly under gevent, and
    so corrupts the stream (its issue 45, mended there but not released). Two writers may not interleave
    either.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._lock = threading.Lock()

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

    def settimeout(self, seconds: float | None) -> None:
        """Sets how long an operation of the socket may take; None: for ever."""
        self._sock.settimeout(seconds)

    def __getattr__(self, name: str) -> object:
        return getattr(self._sock, name)


class _SharedFrame:
    """The frame of the message sent last: what goes to every screen of a hall is framed once.

    A server's frames are not masked and, without compression, the same for every client.
    """

    def __init__(self) -> None:
        self._last: tuple[str | bytes | None, bytes] = (None, b"")

    def of(self, message: str | bytes, connection: WSConnection) -> bytes:
        """The frame of a text or binary message on a server's open connection."""
        last, frame = self._last
        if last is not message:
            event = BytesMessage(message) if isinstance(message, bytes) else TextMessage(message)
            frame = connection.send(event)
            self._last = (message, frame)
        return frame


_FRAMES = _SharedFrame()


class TooManyFrames(ConnectionAbortedError):
    """A client has sent more than its budget; the library then ends the connection."""


class _CountedFrames(WSConnection):
    """The protocol of one websocket; every frame counts, pings and empty ones too."""

    def __init__(self) -> None:
        super().__init__(ConnectionType.SERVER)
        self._budget = Budget(PACKETS, PACKETS_S)

    def events(self) -> Generator[Event]:
        """What was received. Raises TooManyFrames."""
        for event in super().events():
            if not self._budget.take(time.monotonic()):
                raise TooManyFrames
            yield event


class WebSocket(simple_websocket.Server):  # type: ignore[misc]  # untyped library
    """A websocket of the server: one that says nothing, or too much, or no Engine.IO, is closed.

    Compression is declined: each client would keep some 300 kB and compress the same message again.
    """

    def __init__(self, environ: dict[str, object], *args: object, **values: object) -> None:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        self._connection: TcpConnection | None = CURRENT.get()
        deadlines = self._connection.deadlines if self._connection else HttpDeadlines()
        self._first_by_s: float | None = time.monotonic() + deadlines.first_packet_s
        self._first_within_s = deadlines.first_packet_s
        self._is_ended = False
        super().__init__(environ, *args, max_message_size=LARGEST_PACKET, **values)

    def handshake(self) -> None:
        """Accepts the upgrade. From then on the socket waits as long as for the first packet."""
        self.sock: Any = WholeFrames(self.sock)
        self.sock.settimeout(self._first_within_s)
        self.ws = _CountedFrames()
        if self._connection is not None:
            self._connection.waiting_since_s = time.monotonic()
        super().handshake()

    def send(self, message: str | bytes) -> None:
        """Sends a message. Raises ConnectionClosed."""
        if not self.connected:
            raise simple_websocket.ConnectionClosed(self.close_reason, self.close_message)
        self.sock.send(_FRAMES.of(message, self.ws))

    def receive(self, timeout: float | None = None) -> str | bytes | None:
        """The next packet of Engine.IO. Raises ConnectionClosed."""
        packet = None if self._is_ended else super().receive(timeout)
        if self._is_ended:
            raise simple_websocket.ConnectionClosed(self.close_reason, self.close_message)
        if packet is not None and not is_engine_packet(packet):
            limited_line("socket_cut", key="no_packet", reason="no_packet")
            self._end()
            raise simple_websocket.ConnectionClosed(self.close_reason, self.close_message)
        return packet

    def close(self, reason: int | None = None, message: str | None = None) -> None:
        """Says goodbye and ends the connection: a client that does not answer would keep it open."""
        try:
            super().close(reason, message)
        finally:
            self._end()

    def _handle_events(self) -> bool:
        """Whether to go on reading. Raises TooManyFrames, or TimeoutError when no packet came in time."""
        try:
            goes_on = bool(super()._handle_events())
        except TooManyFrames:
            limited_line("socket_cut", key="packets", reason="packets")
            self._is_ended = True
            raise
        if self._first_by_s is not None:
            if self.input_buffer:
                self._first_by_s = None
                self.sock.settimeout(SILENT_S)
            elif time.monotonic() > self._first_by_s:
                raise TimeoutError
        return goes_on and not self._is_ended

    def _end(self) -> None:
        self._is_ended, self.connected = True, False
        self.event.set()
        self.sock.end()
