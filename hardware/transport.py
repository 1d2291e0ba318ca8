"""Connections to a printer whose every operation ends within the time given.

A new kind (`/dev/usb/lp0`, a serial line) is another address class with `connect`, and a connection with the
same three methods. Plain sockets and no threads, so that gevent's patched sockets do the same.
"""

import ipaddress
import socket
import time
from dataclasses import dataclass
from typing import Protocol

RAW_PRINTING_PORT = 9100
_CHUNK = 4096


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


class Reach(Protocol):
    """Where a printer may be."""

    def holds(self, address: str) -> bool:
        """Whether an IP address is allowed."""


class PrinterAddress(Protocol):
    """Where a printer is."""

    def connect(self, *, within_s: float) -> PrinterConnection:
        """An open connection within a total of seconds; raises PrinterUnreachable."""


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """A printer that listens for raw bytes. `reach`: the addresses its name may mean, None: all of them."""

    host: str
    port: int = RAW_PRINTING_PORT
    reach: Reach | None = None

    def connect(self, *, within_s: float) -> "TcpConnection":
        """Tries each allowed address of the host until the seconds are used up.

        The system looks the name up at each connection: the address it gives now is the one that is checked.
        """
        ends_at = time.monotonic() + within_s
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise PrinterUnreachable(f"{self.host}: {error}") from error
        if any(_is_link_local(str(endpoint[0])) for *_, endpoint in found):
            raise PrinterUnreachable(f"{self.host}: a link-local address, where no printer is")
        found = [each for each in found if self.reach is None or self.reach.holds(str(each[4][0]))]
        if not found:
            raise PrinterUnreachable(f"{self.host}: outside the networks of printers")
        refusal: OSError | None = None
        for family, kind, protocol, _, endpoint in found:
            left_s = ends_at - time.monotonic()
            if left_s <= 0:
                break
            opened = socket.socket(family, kind, protocol)
            try:
                opened.settimeout(left_s)
                opened.connect(endpoint)
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            except OSError as error:
                opened.close()
                refusal = error
            else:
                return TcpConnection(opened)
        raise PrinterUnreachable(f"{self.host}:{self.port}: {refusal or 'no answer'}")


def _is_link_local(address: str) -> bool:
    """Whether only a machine's own neighbours have it: services of a data centre answer there, no printer."""
    return ipaddress.ip_address(address.partition("%")[0]).is_link_local


class TcpConnection:
    """A connected socket; not for two threads at once."""

    def __init__(self, opened: socket.socket) -> None:
        self._socket = opened

    def send(self, blob: bytes, *, within_s: float) -> None:
        ends_at = time.monotonic() + within_s
        view, sent = memoryview(blob), 0
        while sent < len(view):
            left_s = ends_at - time.monotonic()
            if left_s <= 0:
                raise SendDeadline(sent)
            try:
                self._socket.settimeout(left_s)
                sent += self._socket.send(view[sent:])
            except TimeoutError:
                raise SendDeadline(sent) from None
            except OSError as error:
                raise ConnectionLost(sent) from error

    def receive(self, *, within_s: float) -> bytes:
        try:
            self._socket.settimeout(max(0.0, within_s))
            received = self._socket.recv(_CHUNK)
        except (TimeoutError, BlockingIOError):
            return b""
        except OSError as error:
            raise ConnectionLost from error
        if not received:
            raise ConnectionLost
        return received

    def close(self) -> None:
        self._socket.close()
