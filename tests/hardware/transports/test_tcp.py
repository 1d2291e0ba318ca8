"""Where a printer may be: never at a link-local address, and only where its networks reach."""

import socket
from dataclasses import dataclass

import pytest

from hardware.transports import PrinterUnreachable
from hardware.transports.tcp import TcpAddress


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
