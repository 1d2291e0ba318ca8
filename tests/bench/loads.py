"""What loads a server.

Many Socket.IO clients (engine.io 4, websocket only) in one asyncio loop, at little cost per message.

Frames of a server are not masked; messages are text in one frame, as python-engineio sends them.

A load of HTTP/1.1 requests that costs the measuring core little: keep-alive, one request at a time.
"""

import asyncio
import base64
import json
import math
import os
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def frame(kind: int, payload: bytes) -> bytes:
    """A masked frame, as a client must send it; the mask is zero, so the payload is unchanged."""
    length = len(payload)
    size = bytes([0x80 | length]) if length < 126 else b"\xfe" + struct.pack(">H", length)
    return bytes([0x80 | kind]) + size + b"\0\0\0\0" + payload


class SocketClient(asyncio.Protocol):
    """One connected page. `on_message(client, packet, at)` sees each packet and its perf_counter instant."""

    def __init__(self, namespace: str, auth: dict[str, Any] | None) -> None:
        self.namespace, self.auth = namespace, auth
        self.connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.received_count = 0
        self.on_message: Callable[[SocketClient, bytes, float], None] | None = None
        self._received = bytearray()
        self._is_upgraded = False
        self._transport: Any = None

    @classmethod
    async def open(
        cls,
        port: int,
        namespace: str = "/",
        auth: dict[str, Any] | None = None,
        *,
        address: str = "127.0.0.1",
    ) -> Self:
        """A client at a loopback address that has joined the namespace."""
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(
            lambda: cls(namespace, auth), "127.0.0.1", port, local_addr=(address, 0)
        )
        await asyncio.wait_for(client.connected, 30)
        return client

    def close(self) -> None:
        self._transport.close()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def connection_lost(self, error: Exception | None) -> None:
        if not self.connected.done():
            self.connected.set_exception(error or ConnectionResetError("the server closed the websocket"))

    def data_received(self, received: bytes) -> None:
        at = time.perf_counter()
        self._received += received
        if not self._is_upgraded:
            head, separator, rest = self._received.partition(b"\r\n\r\n")
            if not separator:
                return
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                self.connected.set_exception(ConnectionError(bytes(head).decode("latin-1")))
                return
            self._is_upgraded, self._received = True, bytearray(rest)
        while (found := _first_frame(self._received)) is not None:
            kind, payload, size = found
            del self._received[:size]
            self._take(kind, payload, at)

    def _take(self, kind: int, payload: bytes, at: float) -> None:
        if kind == PING:
            self._transport.write(frame(PONG, payload))
        elif kind == TEXT:
            self._take_packet(payload, at)

    def _take_packet(self, packet: bytes, at: float) -> None:
        own = b"" if self.namespace == "/" else self.namespace.encode() + b","
        if packet == b"2":
            self._transport.write(frame(TEXT, b"3"))
        elif packet.startswith(b"0"):
            auth = b"" if self.auth is None else json.dumps(self.auth).encode()
            self._transport.write(frame(TEXT, b"40" + own + auth))
        elif packet.startswith(b"44"):
            self.connected.set_exception(PermissionError(packet.decode()))
        elif packet.startswith(b"40"):
            self.connected.set_result(None)
        else:
            self.received_count += 1
            if self.on_message is not None:
                self.on_message(self, packet, at)


def _first_frame(received: bytearray) -> tuple[int, bytes, int] | None:
    """Kind, payload and whole size of the first frame, if all of it has arrived."""
    if len(received) < 2:
        return None
    length, start = received[1] & 0x7F, 2
    if length == 126:
        length, start = int.from_bytes(received[2:4]), 4
    elif length == 127:
        length, start = int.from_bytes(received[2:10]), 10
    if len(received) < start + length:
        return None
    return received[0] & 0x0F, bytes(received[start : start + length]), start + length


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a message reached the median and the last client, in ms after `since`, and its size in bytes."""

    median_ms: float
    last_ms: float
    size: int


class Fleet:
    """All screens of a hall."""

    def __init__(self, clients: list[SocketClient]) -> None:
        self.clients = clients

    @classmethod
    async def open(cls, port: int, count: int, namespace: str, auths: list[dict[str, Any] | None]) -> Self:
        """Connects `count` clients, twenty at a time, the authorizations taken in turn."""
        clients: list[SocketClient] = []
        for start in range(0, count, 20):
            places = range(start, min(count, start + 20))
            clients += await asyncio.gather(
                *(SocketClient.open(port, namespace, auths[place % len(auths)]) for place in places)
            )
        return cls(clients)

    def close(self) -> None:
        for client in self.clients:
            client.close()

    async def first_arrival(self, mark: Callable[[], bytes | None], since: Callable[[], float]) -> Arrival:
        """Waits until each client has a message that holds `mark()`; kept back until the mark is known."""
        kept: dict[SocketClient, list[tuple[bytes, float]]] = {client: [] for client in self.clients}
        for client in self.clients:
            client.on_message = lambda client, packet, at: kept[client].append((packet, at))
        deadline = time.perf_counter() + 20
        try:
            while True:
                known = mark()
                firsts = [] if known is None else [_first_with(known, packets) for packets in kept.values()]
                arrived = [first for first in firsts if first is not None]
                if len(arrived) == len(kept):
                    break
                if time.perf_counter() > deadline:
                    raise TimeoutError(f"{len(arrived)} of {len(kept)} clients have the message")
                await asyncio.sleep(0.1)
        finally:
            for client in self.clients:
                client.on_message = None
        delays = sorted((at - since()) * 1_000 for _, at in arrived)
        return Arrival(delays[len(delays) // 2], delays[-1], len(arrived[0][0]))


def _first_with(mark: bytes, packets: list[tuple[bytes, float]]) -> tuple[bytes, float] | None:
    return next(((packet, at) for packet, at in packets if mark in packet), None)


# --- http load --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """The server's answer to one request."""

    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


class Connection(asyncio.Protocol):
    """One keep-alive connection; `ask` sends a whole request and awaits its answer."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._answer: asyncio.Future[Answer] | None = None
        self._transport: Any = None

    @classmethod
    async def open(cls, port: int, address: str = "127.0.0.1") -> Self:
        """A connection from an address of this machine."""
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, "127.0.0.1", port, local_addr=(address, 0))
        return connection

    def close(self) -> None:
        self._transport.close()

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        """The answer to a request that is sent now. Raises ConnectionResetError: it has hung up."""
        assert self._answer is None, "one request at a time"
        if self._transport.is_closing():
            raise ConnectionResetError("the server closed the connection before the request")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, received: bytes) -> None:
        self._received += received
        end = self._received.find(b"\r\n\r\n")
        if end < 0 or self._answer is None:
            return
        head = bytes(self._received[:end]).lower()
        at = head.find(b"\r\ncontent-length:")
        length = int(head[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._received) < end + 4 + length:
            return
        body = bytes(self._received[end + 4 : end + 4 + length])
        self._received.clear()
        answer, self._answer = self._answer, None
        answer.set_result(Answer(int(head[9:12]), body))

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None:
            self._answer.set_exception(error or ConnectionResetError("the server closed the connection"))


def request(
    method: str, path: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> bytes:
    """The bytes of one request."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", f"Content-Length: {len(content)}"]
    lines += ["Content-Type: application/json"] if body is not None else []
    lines += [f"{name}: {value}" for name, value in ({"Host": "127.0.0.1"} | (headers or {})).items()]
    return "\r\n".join([*lines, "", ""]).encode() + content


@dataclass(slots=True)
class Run:
    """What one load saw."""

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    refused: dict[int, int] = field(default_factory=dict)
    example: bytes = b""

    @property
    def rate(self) -> float:
        """Requests with the expected answer, per second."""
        return len(self.latencies_ms) / self.seconds

    def percentile_ms(self, percent: float) -> float:
        return percentile(self.latencies_ms, percent)


def percentile(values: Sequence[float], percent: float) -> float:
    """Nearest-rank percentile; NaN of nothing."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


async def load(
    port: int,
    next_request: Callable[[], bytes],
    *,
    clients: int,
    seconds: float,
    wanted: Sequence[int] = (200, 201),
) -> Run:
    """Lets `clients` connections ask one after the other for so long."""
    run = Run()
    connections = [await Connection.open(port) for _ in range(clients)]
    started = time.perf_counter()

    async def ask_on(connection: Connection) -> None:
        while (asked := time.perf_counter()) - started < seconds:
            answer = await connection.ask(next_request())
            if answer.status in wanted:
                run.latencies_ms.append((time.perf_counter() - asked) * 1_000)
            else:
                run.refused[answer.status] = run.refused.get(answer.status, 0) + 1
                run.example = answer.body

    await asyncio.gather(*(ask_on(connection) for connection in connections))
    run.seconds = time.perf_counter() - started
    for connection in connections:
        connection.close()
    return run
