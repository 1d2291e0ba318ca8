"""Web addresses that may receive secrets, and the key by which one caller of a network is counted."""

from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def is_private_way(address: str) -> bool:
    """Whether nobody on the network can read what is sent there: https, or this machine itself."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))


def network_of(address: str) -> str:
    """The key for limits: an IPv4 address, or the /64 of an IPv6 one, which one caller owns whole.

    An IPv4 address written as IPv6 is that address. Another text is returned unchanged.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((found, 64), strict=False))
