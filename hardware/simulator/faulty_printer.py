"""What every simulated printer has: faults, the last tickets, a thread that can be stopped.

And what those share that ask a server for their jobs over HTTP: polls. The protocol passes in what carries a
request: HTTP for a server, a test client for tests.
"""

import contextlib
import http.client
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit

KEPT_TICKETS = 20
_WITHIN_S = 10.0
_LARGEST_ANSWER = 4 << 20


@dataclass(frozen=True, slots=True)
class CutReceipt:
    """A receipt the cutter let go: its picture (PNG, black on white), its text if sent as text, when."""

    number: int
    png: bytes
    text: str
    received_at: datetime


class FaultyPrinter[Fault: StrEnum]:
    """A simulated printer that can be given faults and keeps its last tickets. Safe among threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._faults: set[Fault] = set()
        self._tickets: deque[CutReceipt] = deque(maxlen=KEPT_TICKETS)
        self._printed = 0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def begin_to_stop(self) -> None:
        """Ask it to stop without waiting, so that several stop at the same time."""
        self._stopping.set()

    def stop(self) -> None:
        """Stop, and wait until it has; at most five seconds."""
        self.begin_to_stop()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def tickets(self) -> list[CutReceipt]:
        """The last 20 tickets, newest first."""
        with self._lock:
            return list(reversed(self._tickets))

    def picture(self, number: int) -> bytes | None:
        """A ticket as PNG; None when it is no longer kept."""
        return next((ticket.png for ticket in self.tickets() if ticket.number == number), None)

    def faults(self) -> frozenset[Fault]:
        """The faults that are on."""
        with self._lock:
            return frozenset(self._faults)

    def _keep_ticket(self, picture: bytes, text: str = "") -> None:
        self._printed += 1
        self._tickets.append(CutReceipt(self._printed, picture, text, received_at=datetime.now(UTC)))


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A server's answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


type Exchange = Callable[[str, str, Mapping[str, str], bytes], HttpAnswer]
"""Sends a request (method, address, headers, body); raises OSError when there is no answer."""


class SimulatedPulledPrinter[Fault: StrEnum](FaultyPrinter[Fault], ABC):
    """A printer set up with the address of its server. `width_dots`: it prints nothing wider."""

    host, port, cable, speed = "", 0, None, None
    """Nobody connects to it."""

    def __init__(self, address: str, exchange: Exchange, *, width_dots: int, interval_s: float) -> None:
        super().__init__()
        self.address = address
        self.interval_s = interval_s
        self.width_dots = width_dots
        self.last_status: int | None = None
        """Of the last answer; None: there was none."""
        self._exchange = exchange

    @abstractmethod
    def poll(self) -> None:
        """One turn: ask for a job, and do what follows from the answer."""

    @property
    def asks_at(self) -> str:
        """The address that it asks for its jobs."""
        return self.address

    def start(self) -> Self:
        """Poll every `interval_s` seconds until `stop`."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name=f"polls of {self.address}", daemon=True)
        self._thread.start()
        return self

    def set_fault(self, fault: Fault) -> None:
        """Turn a fault on."""
        with self._lock:
            self._faults.add(fault)

    def clear_fault(self, fault: Fault) -> None:
        """Turn a fault off."""
        with self._lock:
            self._faults.discard(fault)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.poll()
            self._stopping.wait(self.interval_s)


def send_http(method: str, address: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
    """The answer to one request, on a connection of its own. Raises OSError when there is none."""
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    try:
        with contextlib.closing(kind(parts.hostname or "", parts.port, timeout=_WITHIN_S)) as connection:
            connection.request(method, path, body or None, dict(headers))
            answer = connection.getresponse()
            return HttpAnswer(answer.status, dict(answer.getheaders()), answer.read(_LARGEST_ANSWER))
    except (http.client.HTTPException, ValueError) as failure:
        raise OSError(str(failure)) from failure
