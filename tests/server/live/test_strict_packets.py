"""A packet that no page of ours sends is refused before a namespace hears of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.live import messages
from server.live.sockets import RESERVED_NAMES, StrictPacket, WrongPacket
from tests.server.web.api_site import HALL, ApiSite


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
