"""Which addresses may receive secrets, and the key by which a caller is counted."""

import pytest

from server.domain.texts import is_private_way, network_of, wider_network_of


@pytest.mark.parametrize(
    ("address", "is_private"),
    [
        *(("https://compte.exemple.fr", True), ("http://localhost:8080/x", True), ("http://[::1]", True)),
        *(("http://compte.exemple.fr", False), ("https://", False), ("ws://localhost", False)),
        *(("ftp://localhost", False), ("https:", False), ("http://[", False), ("localhost", False)),
    ],
)
def test_a_way_is_private_by_encryption_or_on_this_machine(address, is_private):
    assert is_private_way(address) is is_private


@pytest.mark.parametrize(
    ("address", "network"),
    [
        *(("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7")),
        ("2001:db8:1:3:4:5:6:7", "2001:db8:1:3::/64"),
        *(("fe80::1%eth0", "fe80::/64"), ("unknown", "unknown"), ("", "")),
    ],
)
def test_an_ipv6_caller_is_its_network_of_64_bits(address, network):
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("address", "network"),
    [
        *(("192.0.2.7", "192.0.2.0/24"), ("::ffff:192.0.2.7", "192.0.2.0/24"), ("unknown", "unknown")),
        ("2001:db8:1:3:4:5:6:7", "2001:db8:1::/48"),
    ],
)
def test_neighbours_of_a_caller_share_a_wider_network(address, network):
    assert wider_network_of(address) == network
