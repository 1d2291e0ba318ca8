"""A websocket of which a test writes every packet, as no page of ours would."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_connection
from typing import Any

import websocket

from tests.harness.servers.served import Served


@contextmanager
def raw_socket(
    server: Served,
    namespace: str = "",
    auth: Any = None,
    *,
    answer: str = "40",
    source: str = "127.0.0.1",
    **more: Any,
) -> Iterator[websocket.WebSocket]:
    """An open websocket from a loopback address (`source`).

    With a namespace it has asked to join it, and the answer begins with `answer`.
    """
    address = f"{server.base_url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket"
    tcp = create_connection(("127.0.0.1", server.port), timeout=10, source_address=(source, 0))
    socket = websocket.create_connection(address, timeout=10, socket=tcp, **more)
    try:
        assert str(socket.recv()).startswith("0")
        if namespace:
            socket.send(f"40{namespace},{json.dumps(auth)}")
            assert next_packet(socket).startswith(f"{answer}{namespace},")
        yield socket
    finally:
        socket.shutdown()


def next_packet(socket: websocket.WebSocket) -> str:
    """The next packet that is no ping; a ping is answered. Empty: the server has ended the connection."""
    try:
        while (packet := str(socket.recv())) == "2":
            socket.send("3")
    except (websocket.WebSocketConnectionClosedException, ConnectionError):
        return ""
    return packet


def ends(socket: websocket.WebSocket) -> bool:
    """Whether the server ends the websocket and then TCP by itself. Its last bytes are ignored."""
    tcp: Any = socket.sock
    try:
        while next_packet(socket):
            pass
        while tcp.recv(4096):
            pass
    except (websocket.WebSocketTimeoutException, TimeoutError):
        return False
    except OSError:
        pass  # the library has closed its end, having heard that of the server
    return True
