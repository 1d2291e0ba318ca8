"""Web addresses that may receive secrets, and the key by which one caller of a network is counted."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

_KEPT = 4_096
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def is_private_way(address: str) -> bool:
    """Whether nobody on the network can read what is sent there: https, or this machine itself."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))


@lru_cache(_KEPT)
def network_of(address: str) -> str:
    """The key for limits: an IPv4 address, or the /64 of an IPv6 one, which one caller owns whole.

    An IPv4 address written as IPv6 is that address. Another text is returned unchanged.
    """
    return _network(address, of_ipv4=32, of_ipv6=64)


@lru_cache(_KEPT)
def wider_network_of(address: str) -> str:
    """The key for limits of neighbours: the /24 of an IPv4 address, the /48 of an IPv6 one."""
    return _network(address, of_ipv4=24, of_ipv6=48)


def _network(address: str, *, of_ipv4: int, of_ipv6: int) -> str:
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if isinstance(found, IPv4Address):
        return str(ip_network((found, of_ipv4), strict=False)).removesuffix("/32")
    return str(ip_network((found, of_ipv6), strict=False))
