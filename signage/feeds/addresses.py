"""Addresses typed by a person that this server may connect to: public ones, unless a setting allows others.

The name is looked up once and the connection goes to the address that was checked: a name that later resolves
to another address gains nothing.
"""

import ipaddress
import socket

_CARRIES_IPV4 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16"))
"""IPv6 addresses that represent an IPv4 address, which may be a private one."""


_FORMER = tuple(map(ipaddress.ip_network, ("fec0::/10", "::/96", "::ffff:0:0:0/96")))
"""Former addresses of a site, and former ways to write an IPv4 address, which some networks still carry."""
_NEVER_PUBLIC = (*_CARRIES_IPV4, *_FORMER)


class PrivateAddress(Exception):
    """A name that leads to this machine, its network or a group."""


class UnknownHost(Exception):
    """A name that leads nowhere."""


def checked_address(host: str, port: int, *, may_be_private: bool) -> str:
    """The first address of a host; every one must be public. Raises PrivateAddress, UnknownHost."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnknownHost from error
    addresses = [str(each[4][0]) for each in found]
    if not may_be_private and not all(is_public(address) for address in addresses):
        raise PrivateAddress
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address is one of the internet: not of this machine, its network, nor of a group."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        elif parsed.teredo is not None or any(parsed in network for network in _NEVER_PUBLIC):
            return False
    return parsed.is_global and not parsed.is_multicast
