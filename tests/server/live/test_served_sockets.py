"""Clients that send what no page sends lose their socket, on both layouts, and nobody else notices."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import websocket
from playwright.sync_api import Route, expect
from sqlalchemy import create_engine, text

from server.connections import SOCKETS
from server.live import messages
from server.live.messages import PAGES_OF_A_TICKET
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.server.live.sockets import ends, next_packet, raw_socket

PATIENT = {"first_packet_seconds": "600"}
"""What is cut here is cut for what it does, not for its silence."""
LAYOUTS = pytest.mark.parametrize("layout", ["embedded", "workers"])
CLOSED = "1"
"""What Engine.IO sends last."""


@LAYOUTS
def test_a_socket_that_sends_a_reserved_name_is_cut(served_hall, layout):
    hall = served_hall(layout, **PATIENT)
    screen = {"token": hall.site["screens"][0]["token"]}
    for name in ("disconnect", "connect"):
        with raw_socket(hall.server, messages.SCREEN, screen) as hostile:
            hostile.send(f'42{messages.SCREEN},["{name}",{{}}]')
            assert ends(hostile)
    assert "reason=reserved_name" in hall.server.log.read_text(encoding="utf-8")


@LAYOUTS
@pytest.mark.parametrize(
    ("packets", "reason"),
    [
        pytest.param([f'42{messages.SCREEN},["nothing",{{}}]'] * 21, "events", id="events"),
        pytest.param(["40/screen,{}"] * 5, "refusals", id="refused_joins"),
        pytest.param(["40"], "namespace", id="no_namespace"),
        pytest.param(["40/none,"], "namespace", id="unknown_namespace"),
        pytest.param(["41/screen,"], "left", id="left_again"),
        pytest.param(["3"] * 120, "packets", id="packets"),
        pytest.param(["4x"], "no_packet", id="no_packet"),
        pytest.param(["x"], "no_packet", id="nothing_known"),
        pytest.param(["42{"], "unreadable", id="no_json"),
        pytest.param(["4" + "[" * 16_000], "no_packet", id="deep"),
        pytest.param(["42" + "[" * 16_000], "unreadable", id="deep_event"),
    ],
)
def test_a_socket_that_sends_too_much_or_nonsense_is_cut(served_hall, layout, packets, reason):
    hall = served_hall(layout, **PATIENT)
    auth = {"token": hall.site["screens"][0]["token"]}
    source = f"127.0.1.{1 + len(packets[0]) % 250}"  # from each address a few lines are written
    with raw_socket(hall.server, messages.SCREEN, auth, source=source) as hostile:
        try:
            for packet in packets:
                hostile.send(packet)
        except OSError:
            pass  # cut before the last one
        assert ends(hostile)
    lines = hall.server.log.read_text(encoding="utf-8")
    assert f"reason={reason}" in lines
    assert "Traceback" not in lines


def is_open(found: websocket.WebSocket) -> bool:
    found.settimeout(0.001)
    try:
        return bool(next_packet(found))
    except websocket.WebSocketTimeoutException:
        return True
    finally:
        found.settimeout(10)


@LAYOUTS
def test_strangers_of_one_address_keep_no_device_of_a_hall_behind_it_out(served_hall, layout):
    hall = served_hall(layout, **PATIENT)
    auth = json.dumps({"token": hall.site["screens"][0]["token"]})
    most = SOCKETS.address * hall.server.workers
    with ExitStack() as opened:
        strangers, devices = (
            [opened.enter_context(raw_socket(hall.server, source="127.0.0.2")) for _ in range(count)]
            for count in (most + 30, 40)
        )
        for each in devices:
            each.send(f"40{messages.SCREEN},{auth}")
        assert all(next_packet(each).startswith(f"40{messages.SCREEN},") for each in devices)
        wait_until(lambda: sum(map(is_open, strangers)) <= most, "the oldest strangers are cut")
        for _ in range(most):
            opened.enter_context(raw_socket(hall.server, source="127.0.0.2"))
        assert all(map(is_open, devices))


@LAYOUTS
def test_a_ticket_is_followed_by_a_few_pages_of_which_the_newest_stay(served_hall, layout):
    hall = served_hall(layout, **PATIENT)
    auth = {"ticket": hall.ticket()["token"]}
    most = PAGES_OF_A_TICKET * hall.server.workers
    with ExitStack() as opened:
        pages = [
            opened.enter_context(raw_socket(hall.server, messages.VISITOR, auth)) for _ in range(most + 1)
        ]
        wait_until(lambda: not all(map(is_open, pages)), "the oldest page leaves")
        assert is_open(pages[-1])


@contextmanager
def without_tickets(server: Served) -> Iterator[None]:
    """During the block the database has no table of legs."""
    engine = create_engine(server.database_url)

    def rename(before: str, after: str) -> None:
        with engine.begin() as rows:
            rows.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))

    rename("leg", "leg_away")
    try:
        yield
    finally:
        rename("leg_away", "leg")
        engine.dispose()


@contextmanager
def joining(server: Served, token: str) -> Iterator[websocket.WebSocket]:
    """A visitor's socket that has sent its request to join."""
    socket = websocket.create_connection(
        f"{server.base_url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket", timeout=10
    )
    try:
        assert str(socket.recv()).startswith("0")
        socket.send(f"40{messages.VISITOR},{json.dumps({'ticket': token})}")
        yield socket
    finally:
        socket.shutdown()


@pytest.mark.parametrize("layout", ["embedded", "workers"])
def test_it_is_cut_and_the_next_one_joins(fresh_hall, layout):
    hall = fresh_hall(layout)
    token = hall.ticket()["token"]
    with without_tickets(hall.server), joining(hall.server, token) as cut:
        assert cut.recv() == CLOSED
    with joining(hall.server, token) as joined:
        assert str(joined.recv()).startswith(f"40{messages.VISITOR},")
    assert "socket_not_joined" in hall.server.log.read_text(encoding="utf-8")


def test_a_phone_reconnects_by_itself(fresh_hall, pages):
    hall = fresh_hall()
    server, token = hall.server, hall.ticket()["token"]
    with ExitStack() as away:

        def lose_tickets(route: Route) -> None:
            away.enter_context(without_tickets(server))
            route.continue_()

        page = pages.open(width=390, height=844)
        page.route("**/socket.io.esm.min.js", lose_tickets)
        page.goto(f"{server.base_url}/t/{token}")
        wait_until(
            lambda: "socket_not_joined" in server.log.read_text(encoding="utf-8"), "the socket did not join"
        )
        expect(page.locator('[data-text="live"]')).not_to_have_text("En direct")
    expect(page.locator('[data-text="live"]')).to_have_text("En direct")
