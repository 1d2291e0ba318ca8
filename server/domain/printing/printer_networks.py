"""Networks where printers may be, as the installation declares them. Pure.

A printer's name is looked up when a connection is made, and the address found then is checked: a name cannot
lead elsewhere later. Link-local addresses are refused where connections are made.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

LOOPBACK = ("127.0.0.0/8", "::1/128")
WIDEST_BITS = {4: 8, 6: 32}
"""By version: a network with a shorter prefix declares nothing."""
PROPOSED_BITS = {4: 24, 6: 64}
_NEVER = tuple(
    ip_network(each)
    for each in (
        *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/128", "::1/128", "::ffff:0:0/96", "fe80::/10", "ff00::/8"),
    )
)
"""This machine, its neighbours by cable, everybody at once: no printer is declared there."""


@dataclass(frozen=True, slots=True)
class PrinterReach:
    """The networks in which a printer may be found; none: it is not reached."""

    networks: tuple[str, ...] = ()

    def holds(self, address: str) -> bool:
        """Whether an address is in one of them; an IPv4 address written as IPv6 is that address."""
        found = _address(address)
        return found is not None and any(found in ip_network(each) for each in self.networks)


@dataclass(frozen=True, slots=True)
class PrinterNetworks:
    """What decides where printers may be.

    `declared` by the installation; `has_loopback`: in a demonstration, whose printers are on this machine.
    """

    declared: tuple[str, ...] = ()
    has_loopback: bool = False

    def may_be_configured(self, host: str) -> bool:
        """Whether a printer may be configured there; what a name means is checked at the connection."""
        reach = self.reach_of(host)
        return reach.holds(host) if _address(host) is not None else bool(reach.networks)

    def reach_of(self, host: str | None) -> PrinterReach:
        """Where a printer may be found. `host` None: a simulated one, on this machine."""
        if host is None:
            return PrinterReach(LOOPBACK)
        return PrinterReach((*self.declared, *(LOOPBACK if self.has_loopback else ())))


def network_text(text: str) -> str:
    """A network in its stored form: `192.0.2.7/24` is `192.0.2.0/24`. ValueError for other texts."""
    return str(ip_network(text.strip(), strict=False))


def may_have_printers(network: str) -> bool:
    """Whether a network may be declared: not too wide, none of it on this machine or link-local."""
    found = ip_network(network)
    is_free = not any(found.overlaps(each) for each in _NEVER)
    return is_free and found.prefixlen >= WIDEST_BITS[found.version]


def network_around(host: str) -> str | None:
    """The network proposed for a printer: the /24 of its IPv4 address, the /64 of an IPv6 one.

    None for a name, and for an address where no printer may be.
    """
    found = _address(host)
    if found is None:
        return None
    network = str(ip_network((found, PROPOSED_BITS[found.version]), strict=False))
    return network if may_have_printers(network) else None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
