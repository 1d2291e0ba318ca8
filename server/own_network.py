"""The private addresses and the names of this machine, by which devices of the local network reach it."""

import re
import socket
import struct
from contextlib import suppress
from fcntl import ioctl
from ipaddress import IPv4Address, ip_network

PRIVATE = tuple(
    ip_network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16")
)
"""Networks that nobody reaches from elsewhere (RFC 1918, 6598, 3927)."""
_ELSEWHERE = ("192.0.2.1", 9)
"""An address of documentation (RFC 5737): nothing is sent there, the system only chooses a way."""
_HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,60}[a-z0-9])?")
_SIOCGIFADDR = 0x8915
"""Linux, netdevice(7): the address of an interface, at bytes 20 to 24 of the answer."""


def own_addresses() -> list[str]:
    """The private IPv4 addresses of this machine, that of its usual way out first; [] without a network."""
    found = {address for _, name in socket.if_nameindex() if (address := _address_of(name)) is not None}
    private = [each for each in sorted(found) if any(each in network for network in PRIVATE)]
    usual = _usual_address()
    return [str(each) for each in sorted(private, key=lambda each: each != usual)]


def own_names() -> list[str]:
    """The host name of this machine, and the one by which mDNS finds it (`name.local`); [] for an odd one."""
    name = socket.gethostname().lower().removesuffix(".local")
    if not _HOST_NAME.fullmatch(name):
        return []
    return [name] if "." in name else [name, f"{name}.local"]


def _address_of(interface: str) -> IPv4Address | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            answer = ioctl(asking.fileno(), _SIOCGIFADDR, struct.pack("256s", interface.encode()[:15]))
        except OSError:
            return None  # without an address
    return IPv4Address(answer[20:24])


def _usual_address() -> IPv4Address | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking, suppress(OSError):
        asking.connect(_ELSEWHERE)
        return IPv4Address(asking.getsockname()[0])
    return None
