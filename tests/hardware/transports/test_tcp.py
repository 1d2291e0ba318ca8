"""Where a printer may be: never at a link-local address, and only where its networks reach."""

import socket
from contextlib import closing
from dataclasses import dataclass

import pytest

from hardware.transports import PrinterUnreachable
from hardware.transports.tcp import TcpAddress, addresses_around, printers_among
from tests.harness.sharing import free_port


@dataclass(frozen=True)
class Only:
    """One address that is allowed."""

    address: str

    def holds(self, address: str) -> bool:
        return address == self.address


@pytest.mark.parametrize("host", ["169.254.169.254", "fe80::1%lo"])
def test_no_connection_is_made_to_a_link_local_address(host: str):
    """Services of a data centre answer there with its secrets."""
    with pytest.raises(PrinterUnreachable, match="link-local"):
        TcpAddress(host, 80).connect(within_s=0.01)


def test_a_name_is_checked_by_the_address_it_has_when_the_connection_is_made(
    monkeypatch: pytest.MonkeyPatch,
):
    """The name was harmless when it was configured; then its owner let it mean this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        TcpAddress("printer.example", port, Only("127.0.0.1")).connect(within_s=5).close()
        with pytest.raises(PrinterUnreachable, match="outside the networks"):
            TcpAddress("printer.example", port, Only("192.0.2.7")).connect(within_s=5)


def test_addresses_where_something_listens_are_listed_in_order():
    with closing(socket.create_server(("127.0.0.3", 0))) as listening:
        port = listening.getsockname()[1]
        asked = ["127.0.0.2", "127.0.0.3", "127.0.0.4"]
        assert printers_among(asked, port=port, within_s=0.5) == ["127.0.0.3"]
    assert printers_among(["127.0.0.2"], port=free_port(), within_s=0.5) == []


def test_the_addresses_around_are_a_network_of_this_machine_without_its_own():
    around = addresses_around()
    assert len(around) in (0, 253)
    assert len({address.rpartition(".")[0] for address in around}) <= 1
