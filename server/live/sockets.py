"""Socket.IO on gevent: websocket only, small messages, strict packets, stalled sockets dropped."""

import logging
from functools import partial
from typing import Any

import gevent
import simple_websocket
from flask import Flask
from flask_socketio import SocketIO

from server.connections import SOCKETS, Strangers
from server.live import messages
from server.live.gate import Gate
from server.live.strict_packets import StrictPacket
from server.live.websockets import WebSocket
from server.live.wire import LARGEST_PACKET, PING_S


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
