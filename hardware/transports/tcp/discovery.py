"""The printers that answer on the network around this machine: one connection each, nothing is sent.

Only asked by a person, for the 254 addresses around this machine's own: a network watched for scans may
notice it.
"""

import ipaddress
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from hardware.transports.interface import PrinterUnreachable
from hardware.transports.tcp.tcp_address import RAW_PRINTING_PORT, TcpAddress

ELSEWHERE = "192.0.2.1"
"""An address of documentation (RFC 5737): asked for the way there, the system tells its own address."""
AT_ONCE = 64
WITHIN_S = 1.0


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
