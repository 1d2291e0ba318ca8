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


@LAYOUTS
@pytest.mark.parametrize(
    ("packets", "reason"),
    [
        pytest.param([f'42{messages.AGENT},["nothing",{{}}]'] * 21, "events", id="events"),
        pytest.param(["40/none,"] * 5, "refusals", id="refused_joins"),
        pytest.param(["3"] * 120, "packets", id="packets"),
        pytest.param(["4x"], "no_packet", id="no_packet"),
        pytest.param(["x"], "no_packet", id="nothing_known"),
        pytest.param(["42{"], "unreadable", id="no_json"),
        pytest.param(["4" + "[" * 16_000], "no_packet", id="deep"),
        pytest.param(["42" + "[" * 16_000], "unreadable", id="deep_event"),
    ],
)
def test_a_socket_that_sends_too_much_or_nonsense_is_cut(served_hall, layout, packets, reason):
    hall = served_hall(layout)
    with raw_socket(hall.server, messages.AGENT, {"token": hall.key, "hall": hall.slug}) as socket:
        try:
            for packet in packets:
                socket.send(packet)
        except OSError:
            pass  # cut before the last one
        assert ends(socket)
    lines = hall.server.log.read_text(encoding="utf-8")
    assert f"reason={reason}" in lines
    assert "Traceback" not in lines
