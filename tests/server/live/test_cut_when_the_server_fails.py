"""A socket that connects while the database does not answer is cut, so its page reconnects by itself."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import websocket
from playwright.sync_api import Route, expect
from sqlalchemy import create_engine, text

from server.live import messages
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until

CLOSED = "1"
"""What Engine.IO sends last."""


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
