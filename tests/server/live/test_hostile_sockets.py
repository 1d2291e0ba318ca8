"""Clients that send what no page sends lose their socket, on both layouts, and nobody else notices."""

import pytest

from server.live import messages
from tests.server.live.raw_sockets import ends, raw_socket

LAYOUTS = pytest.mark.parametrize("layout", ["embedded", "workers"])


@LAYOUTS
def test_a_socket_that_sends_a_reserved_name_is_cut(served_hall, layout):
    hall = served_hall(layout)
    screen = {"token": hall.site["screens"][0]["token"]}
    for name in ("disconnect", "connect"):
        with raw_socket(hall.server, messages.SCREEN, screen) as socket:
            socket.send(f'42{messages.SCREEN},["{name}",{{}}]')
            assert ends(socket)
    assert "reason=reserved_name" in hall.server.log.read_text(encoding="utf-8")
