"""Socket.IO on gevent: websocket only, small messages, stalled sockets dropped in twenty seconds."""

import threading
from typing import Any

import simple_websocket.ws
from flask_socketio import SocketIO
from wsproto.events import BytesMessage, TextMessage

from server.live.gate import Gate
from server.live.strict_packets import StrictPacket

PING_S = 10


class WholeFrames:
    """A socket whose send() writes everything.

    simple-websocket 1.1 calls send(), which writes a part only when a client reads slowly under gevent,
    and so
    corrupts the stream (its issue 45, mended there but not released). Two writers may not interleave either.
    """

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._lock = threading.Lock()

    def send(self, content: bytes) -> int:
        """Writes all of it."""
        with self._lock:
            sent = self._sock.send(content)
            if sent < len(content):  # sendall() would first ask the system for the size of its buffer
                self._sock.sendall(memoryview(content)[sent:])
        return len(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class _SharedFrame:
    """The frame of the message sent last: what goes to every screen of a hall is framed once.

    A server's frames are not masked and, without compression, the same for every client.
    """

    def __init__(self) -> None:
        self._last: tuple[Any, bytes] = (None, b"")

    def of(self, message: Any, connection: Any) -> bytes:
        """The frame of a text or binary message on a server's open connection."""
        last, frame = self._last
        if last is not message:
            kind = BytesMessage if isinstance(message, bytes) else TextMessage
            frame = connection.send(kind(data=message))
            self._last = (message, frame)
        return frame


def patch_websockets() -> None:
    """Gives every websocket a socket that writes whole frames, and shares the frames. Done once a process.

    Compression is declined: each client would keep some 300 kB and compress the same message again.
    """
    base = simple_websocket.ws.Base
    if getattr(base, "is_patched_here", False):
        return
    original, frames = base.__init__, _SharedFrame()

    def init(self: Any, sock: Any = None, *args: Any, **values: Any) -> None:
        getattr(self, "environ", {}).pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        original(self, WholeFrames(sock) if sock is not None else sock, *args, **values)

    def send(self: Any, message: str | bytes) -> None:
        if not self.connected:
            raise simple_websocket.ConnectionClosed(self.close_reason, self.close_message)
        self.sock.send(frames.of(message, self.ws))

    base.__init__ = init
    simple_websocket.ws.Server.send = send
    base.is_patched_here = True


def make_socketio(app: Any, *, async_mode: str, redis_url: str) -> SocketIO:
    """The Socket.IO server of an app; several workers are joined by Redis."""
    patch_websockets()
    options: dict[str, Any] = {
        "async_mode": async_mode,
        "transports": ["websocket"],
        "allow_upgrades": False,
        "ping_interval": PING_S,
        "ping_timeout": PING_S,
        "cors_allowed_origins": [],
        "max_http_buffer_size": 16_384,
        "manage_session": False,
        "serializer": StrictPacket,
    }
    if redis_url:
        import socketio

        redis_options = {"socket_timeout": None, "health_check_interval": 30}
        options["client_manager"] = socketio.RedisManager(redis_url, redis_options=redis_options)
    options.pop("cors_allowed_origins")
    socketio_server = SocketIO(app, **options)
    Gate(socketio_server.server)
    return socketio_server
