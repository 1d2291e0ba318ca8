"""Printers on the network that listen for raw bytes; a connection looks the name up and opens a socket."""

import ipaddress
import socket
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from hardware.transports import ConnectionLost, PrinterAddress, PrinterUnreachable, SendDeadline

RAW_PRINTING_PORT = 9100
_CHUNK = 4096
ELSEWHERE = "192.0.2.1"
"""An address of documentation (RFC 5737): asked for the way there, the system tells its own address."""
AT_ONCE = 64
WITHIN_S = 1.0


class AddressCheck(Protocol):
    """Where a printer may be."""

    def holds(self, address: str) -> bool:
        """Whether an IP address is allowed."""


@dataclass(frozen=True, slots=True)
class TcpAddress(PrinterAddress):
    """A printer that listens for raw bytes. `reach`: the addresses its name may mean, None: all of them."""

    host: str
    port: int = RAW_PRINTING_PORT
    reach: AddressCheck | None = None

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


def addresses_around() -> list[str]:
    """The addresses of this machine's /24, without its own; none without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking, suppress(OSError):
        asking.connect((ELSEWHERE, 9))
        own = asking.getsockname()[0]
        around = ipaddress.ip_network(f"{own}/24", strict=False).hosts()
        return [str(each) for each in around if str(each) != own]
    return []


def printers_among(
    addresses: Iterable[str], *, port: int = RAW_PRINTING_PORT, within_s: float = WITHIN_S
) -> list[str]:
    """Those of the addresses where something listens as network printers do, in their order."""

    def listens(address: str) -> bool:
        try:
            TcpAddress(address, port).connect(within_s=within_s).close()
        except PrinterUnreachable:
            return False
        return True

    candidates = list(addresses)
    with ThreadPoolExecutor(AT_ONCE) as together:
        return [
            address
            for address, found in zip(candidates, together.map(listens, candidates), strict=True)
            if found
        ]
