"""Which addresses a printer may have, and which networks may be declared."""

import pytest

from server.domain.printing.printers import (
    PrinterNetworks,
    may_have_printers,
    network_around,
    network_text,
)

NETWORKS = PrinterNetworks(("192.0.2.0/24", "2001:db8:1::/64"))


@pytest.mark.parametrize(
    ("host", "address", "is_reached"),
    [
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "::ffff:192.0.2.7", True),
        ("printer.example", "2001:db8:1::7", True),
        ("printer.example", "198.51.100.7", False),
        ("printer.example", "127.0.0.1", False),
        ("127.0.0.1", "127.0.0.1", False),
        ("127.1", "127.0.0.1", False),
    ],
)
def test_a_printer_is_reached_in_declared_networks_only(host: str, address: str, is_reached: bool):
    assert NETWORKS.reach_of(host).holds(address) is is_reached


def test_this_machine_has_printers_in_a_demonstration_only():
    assert not NETWORKS.may_be_configured("127.0.0.1")
    assert PrinterNetworks(has_loopback=True).may_be_configured("::1")


def test_a_name_may_be_configured_where_a_network_is_declared():
    assert NETWORKS.may_be_configured("printer.example")
    assert not PrinterNetworks().may_be_configured("printer.example")


@pytest.mark.parametrize(
    ("network", "may_be"),
    [
        ("10.0.0.0/8", True),
        ("fd00:1::/48", True),
        ("8.0.0.0/7", False),
        ("127.0.0.0/8", False),
        ("169.254.0.0/16", False),
        ("::1/128", False),
        ("fe80::/64", False),
        ("::ffff:0:0/112", False),
    ],
)
def test_a_declared_network_is_no_wider_than_needed_and_never_this_machine(network: str, may_be: bool):
    assert may_have_printers(network) is may_be


def test_a_network_is_kept_by_its_first_address_and_proposed_around_a_printer():
    assert network_text(" 192.0.2.7/24 ") == "192.0.2.0/24"
    assert network_around("192.0.2.7") == "192.0.2.0/24"
    assert network_around("printer.example") is None
    assert network_around("127.0.0.1") is None
