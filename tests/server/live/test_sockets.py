"""Sockets: budgets of networks, clients that read slowly, and clients that send what no page sends."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import websocket
from playwright.sync_api import Route, expect
from sqlalchemy import create_engine, text

from server.connections import SOCKETS
from server.live import messages
from server.live.messages import EVENTS, PACKETS, PAGES_OF_A_TICKET, REFUSALS
from server.live.sockets import RESERVED_NAMES, Gate, StrictPacket, WrongPacket
from server.live.websockets import WholeFrames
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.server.live.hall import ends, next_packet, raw_socket
from tests.server.web.api_site import HALL, ApiSite

PATIENT = {"first_packet_seconds": "600"}
"""What is cut here is cut for what it does, not for its silence."""
LAYOUTS = pytest.mark.parametrize("layout", ["embedded", "workers"])
CLOSED = "1"
"""What Engine.IO sends last."""

EVENT, JOIN = '2/agent,["counter.keep",{}]', "0/agent,{}"


@dataclass
class Sockets:
    """A Socket.IO server where a test decides who may join; it receives the packets that pass the gate."""

    joined: set[str] = field(default_factory=set)
    cut: list[str] = field(default_factory=list)
    heard: list[tuple[str, str]] = field(default_factory=list)
    environ: dict[str, dict[str, str]] = field(default_factory=dict)
    is_behind_proxy: bool = False
    namespaces: tuple[str, ...] = ("/agent",)

    def __post_init__(self) -> None:
        self.manager = SimpleNamespace(
            sid_from_eio_sid=lambda sid, _: sid if sid in self.joined else None,
        )
        handlers: dict[str, Any] = {
            "message": lambda sid, content: self.heard.append((sid, content)),
            "disconnect": lambda sid, reason: None,
        }
        self.eio = SimpleNamespace(handlers=handlers, sockets={}, on=handlers.__setitem__)
        Gate(self, is_behind_proxy=self.is_behind_proxy)

    def send(self, sid: str, *packets: str, address: str = "192.0.2.7", is_let_in: bool = False) -> None:
        """A socket from an address sends packets."""
        self.environ.setdefault(sid, {"REMOTE_ADDR": address})
        socket = SimpleNamespace(closed=False, close=lambda **_: self._close(sid))
        self.eio.sockets.setdefault(sid, socket)
        if is_let_in:
            self.joined.add(sid)
        for packet in packets:
            self.eio.handlers["message"](sid, packet)

    def _close(self, sid: str) -> None:
        self.eio.sockets[sid].closed = True
        self.cut.append(sid)


class SlowSocket(socket.socket):
    """A socket whose send() takes a few bytes only, as under gevent when the client reads slowly."""

    def send(self, content: bytes, flags: int = 0) -> int:  # type: ignore[override]
        return super().send(content[:7], flags)


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


def test_after_an_outage_every_socket_of_a_site_may_come_back_at_once():
    sockets = Sockets()
    for number in range(PACKETS * 5):
        sockets.send(f"screen-{number}", JOIN)
    assert (sockets.cut, len(sockets.heard)) == ([], PACKETS * 5)


def test_unauthorised_sockets_of_one_network_share_a_budget():
    sockets = Sockets()
    for number in range(PACKETS // 2 + 2):
        sockets.send(f"stranger-{number}", *["1/none,"] * 3, address=f"2001:db8::{number + 1:x}")
    assert sockets.cut == [f"stranger-{PACKETS // 2}", f"stranger-{PACKETS // 2 + 1}"]
    sockets.send("elsewhere", JOIN, EVENT, address="2001:db8:1::1")
    sockets.send("screen", JOIN, *[EVENT] * EVENTS, address="2001:db8::1", is_let_in=True)
    assert len(sockets.cut) == 2


def test_a_cut_socket_is_ignored():
    sockets = Sockets()
    sockets.send("stranger", *[JOIN] * 10_000)
    assert (sockets.cut, len(sockets.heard)) == (["stranger"], REFUSALS)
    sockets.send("screen", JOIN, *[EVENT] * 10_000, is_let_in=True)
    assert (sockets.cut, len(sockets.heard)) == (["stranger", "screen"], REFUSALS + 1 + EVENTS)


def test_a_socket_that_joins_no_namespace_of_ours_or_leaves_its_own_is_cut():
    sockets = Sockets()
    for number, packet in enumerate(["0", '0{"token":"x"}', "0/none,", "0/agents,{}", "0/agent?x=1,"]):
        sockets.send(f"stranger-{number}", packet)
    assert sockets.cut == ["stranger-0", "stranger-1", "stranger-2", "stranger-3"]
    sockets.send("screen", JOIN, is_let_in=True)
    sockets.joined.clear()
    sockets.send("screen", "1/agent,")
    assert sockets.cut[-1] == "screen"


def test_behind_a_proxy_the_network_is_that_of_the_forwarded_address():
    sockets = Sockets(is_behind_proxy=True)
    for number in range(PACKETS):
        sid = f"phone-{number}"
        sockets.environ[sid] = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": f"x, 192.0.2.{number}"}
        sockets.send(sid, *["1/none,"] * 3)
    assert sockets.cut == []


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[ApiSite]:
    found = ApiSite(sqlite_url, tmp_path)
    yield found
    found.close()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        *((f'2/agent,["{name}",{{}}]', "reserved_name") for name in sorted(RESERVED_NAMES)),
        ("x", "unreadable"),
        ('2/agent,["counter.keep"', "unreadable"),
        (f"2/agent,{'[' * 16_000}", "unreadable"),
        (f'2/agent,["a",{"9" * 5_000}]', "unreadable"),
        ('0/agent,{"hall":"\\ud800"}', "unreadable"),
        ("2/agent,", "event"),
        ("2/agent,[]", "event"),
        ('2/agent,["counter.keep"]', "event"),
        ('2/agent,["counter.keep",1,2]', "event"),
        ("2/agent,[[],1]", "event"),
        ("3/agent,1[]", "type"),
        ('4/agent,{"message":"no"}', "type"),
        ('51-/agent,["a",{"_placeholder":true,"num":0}]', "type"),
        (b"\x00", "binary"),
        ({"a": 1}, "binary"),
    ],
)
def test_a_packet_that_no_page_sends_is_refused_with_its_reason(content: object, reason: str):
    with pytest.raises(WrongPacket, match=f"^{reason}$"):
        StrictPacket(encoded_packet=content)


def test_messages_of_pages_are_read():
    event = StrictPacket(encoded_packet='2/agent,17["counter.keep",{"session":"é"}]')
    assert (event.namespace, event.id, event.data) == ("/agent", 17, ["counter.keep", {"session": "é"}])
    assert StrictPacket(encoded_packet='0/visitor,{"ticket":"t"}').data == {"ticket": "t"}
    assert StrictPacket(encoded_packet="1/visitor,").data is None


@pytest.mark.parametrize("namespace", [messages.AGENT, messages.SCREEN, messages.KIOSK, messages.VISITOR])
def test_a_client_cannot_make_presence_forget_its_socket(site: ApiSite, namespace: str):
    parvis = site.app.extensions["parvis"]
    auth = {"token": site.key, "hall": HALL, "ticket": site.ticket()["token"]}
    auth["token"] = {messages.SCREEN: site.screen, messages.KIOSK: site.kiosk}.get(namespace, site.key)
    socket = parvis.socketio.test_client(site.app, namespace=namespace, auth=auth)
    assert socket.is_connected(namespace)
    before = (parvis.presence.count(), parvis.presence.tokens())
    for name in ("connect", "disconnect"):
        with pytest.raises(WrongPacket):
            socket.emit(name, {}, namespace=namespace)
    assert (parvis.presence.count(), parvis.presence.tokens()) == before
    socket.disconnect(namespace)
    assert parvis.presence.count() == 0


def test_a_frame_that_is_taken_in_part_arrives_whole_and_two_never_mix():
    near, far = socket.socketpair()
    frames = [bytes([65 + number]) * 50_000 for number in range(4)]
    received = bytearray()

    def read() -> None:
        while len(received) < sum(map(len, frames)):
            received.extend(far.recv(1_000))

    with SlowSocket(fileno=near.detach()) as slow, far:
        whole = WholeFrames(slow)
        writers = [threading.Thread(target=whole.send, args=(frame,)) for frame in frames]
        reader = threading.Thread(target=read)
        for thread in (reader, *writers):
            thread.start()
        for thread in (reader, *writers):
            thread.join(20)
    assert sorted(bytes(received[start : start + 50_000]) for start in range(0, 200_000, 50_000)) == frames
