"""Socket.IO on gevent: websocket only, small messages, stalled sockets dropped in twenty seconds."""

import threading
from typing import Any

import simple_websocket.ws
from flask_socketio import SocketIO

PING_S = 10


class _WholeFrames:
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
            self._sock.sendall(content)
        return len(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


def patch_partial_writes() -> None:
    """Gives every websocket a socket that writes whole frames. Done once a process."""
    base = simple_websocket.ws.Base
    if getattr(base, "writes_whole_frames", False):
        return
    original = base.__init__

    def init(self: Any, sock: Any = None, *args: Any, **values: Any) -> None:
        original(self, _WholeFrames(sock) if sock is not None else sock, *args, **values)

    base.__init__ = init
    base.writes_whole_frames = True


def make_socketio(app: Any, *, async_mode: str, redis_url: str) -> SocketIO:
    """The Socket.IO server of an app; several workers are joined by Redis."""
    patch_partial_writes()
    options: dict[str, Any] = {
        "async_mode": async_mode,
        "transports": ["websocket"],
        "allow_upgrades": False,
        "ping_interval": PING_S,
        "ping_timeout": PING_S,
        "cors_allowed_origins": [],
        "max_http_buffer_size": 16_384,
        "manage_session": False,
    }
    if redis_url:
        import socketio

        redis_options = {"socket_timeout": None, "health_check_interval": 30}
        options["client_manager"] = socketio.RedisManager(redis_url, redis_options=redis_options)
    options.pop("cors_allowed_origins")
    return SocketIO(app, **options)
