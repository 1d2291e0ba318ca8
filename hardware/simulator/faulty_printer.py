"""What every simulated printer has: faults, the last tickets, a thread that can be stopped."""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

KEPT_TICKETS = 20


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
