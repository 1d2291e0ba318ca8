"""Which printers answer around this machine."""

import socket
from contextlib import closing

from hardware.transports.tcp import addresses_around, printers_among
from tests.harness.sharing import free_port


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
