"""The budget of a network: unauthorised sockets spend it, their first packet does not."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from server.live import messages
from server.live.messages import EVENTS, PACKETS, REFUSALS
from server.live.sockets import RESERVED_NAMES, Gate, StrictPacket, WrongPacket
from tests.server.web.api_site import HALL, ApiSite

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
