"""A load of HTTP/1.1 requests that costs the measuring core little: keep-alive, one request at a time."""

import asyncio
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self


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
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(content)}"]
    lines += ["Content-Type: application/json"] if body is not None else []
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
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
