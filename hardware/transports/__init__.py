"""Ways to reach a printer, a module each, and what every one of them offers: an address, and a connection.

Every operation ends within the time given. Plain sockets and files and no threads, so that gevent's patched
modules do the same. What a printer answers is read above it, in `hardware/status.py`, the same on every
transport.
"""

from typing import Protocol


class PrinterUnreachable(ConnectionError):
    """No connection was made within the time given: nothing was sent."""

    code = "unreachable"


class ConnectionLost(ConnectionError):
    """The printer closed or reset the connection; `sent` bytes of the last send had left."""

    code = "connection_lost"

    def __init__(self, sent: int = 0) -> None:
        super().__init__(f"connection lost after {sent} bytes")
        self.sent = sent


class SendDeadline(TimeoutError):
    """The printer stopped taking bytes; `sent` of them had left."""

    code = "send_deadline"

    def __init__(self, sent: int) -> None:
        super().__init__(f"deadline reached after {sent} bytes")
        self.sent = sent


class PrinterConnection(Protocol):
    """An open way to a printer."""

    def send(self, blob: bytes, *, within_s: float) -> None:
        """Hand over all bytes within a total of seconds; raises ConnectionLost or SendDeadline."""

    def receive(self, *, within_s: float) -> bytes:
        """The next bytes, b"" when none arrived within the seconds (0: those already there); raises
        ConnectionLost.
        """

    def close(self) -> None:
        """Let go of the printer; bytes handed over before still leave."""


class PrinterAddress(Protocol):
    """Where a printer is. Two addresses are equal when they lead to the same printer."""

    def connect(self, *, within_s: float) -> PrinterConnection:
        """An open connection within a total of seconds; raises PrinterUnreachable."""

    def seconds_for(self, byte_count: int) -> float:
        """The seconds that the line itself needs to carry so many bytes; 0 where it is never the slowest."""
        return 0.0
