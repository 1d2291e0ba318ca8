"""A client that keeps the server waiting loses the connection, on both layouts; the times here are short."""

import socket
from collections.abc import Iterator

import pytest

from tests.harness.servers.served import Layout, Served
from tests.harness.waiting import wait_until
from tests.server.live.sockets import ends, raw_socket

HELLO = "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n"
UPGRADE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
SIGN_IN = "POST /connexion HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
SOON = dict.fromkeys(("head_seconds", "body_seconds", "next_request_seconds"), "0.4")
MOST = 20


@pytest.fixture(params=["embedded", "workers"])
def served(request: pytest.FixtureRequest, standing) -> Served:
    layout: Layout = request.param
    started: Served = standing(
        layout, demonstration=False, **SOON, first_packet_seconds="0.4", connections_per_address=str(MOST)
    )
    return started


@pytest.fixture
def connections(served: Served) -> Iterator[list[socket.socket]]:
    """Connections of the test, closed after it."""
    opened = list[socket.socket]()
    yield opened
    for each in opened:
        each.close()


def connect(served: Served, opened: list[socket.socket], sent: str) -> socket.socket:
    found = socket.create_connection(("127.0.0.1", served.port), timeout=20)
    opened.append(found)
    found.sendall(sent.encode())
    return found


def answered(connection: socket.socket) -> str:
    """All bytes received until the server closes the connection."""
    received = b""
    try:
        while part := connection.recv(65_536):
            received += part
    except ConnectionResetError:
        pass
    return received.decode("latin-1")


def test_half_heads_half_bodies_unused_connections_and_silent_websockets_end(served, connections):
    sent = {
        "nothing": "",
        "half a head": HELLO + "Accept: a",
        "half a body": SIGN_IN + "Content-Length: 50\r\n\r\nlogin=",
        "half a chunk": SIGN_IN + "Transfer-Encoding: chunked\r\n\r\n5\r\nlo",
        "no next request": HELLO + "\r\n",
        "half a second head": f"{HELLO}\r\n{HELLO}",
        "a silent websocket": UPGRADE,
    }
    opened = {name: connect(served, connections, content) for name, content in sent.items()}
    status = {name: answered(each)[9:12] for name, each in opened.items()}
    assert status.pop("half a body") in ("400", "408")
    assert status.pop("half a chunk") in ("400", "408")
    assert status == {
        "nothing": "",
        "half a head": "408",
        "no next request": "200",
        "half a second head": "200",
        "a silent websocket": "101",
    }


def test_a_websocket_that_answers_but_joins_nothing_ends(served):
    with raw_socket(served) as stranger:
        stranger.send("3")
        assert ends(stranger)


def test_a_network_at_its_limit_of_connections_still_gets_the_next_one_answered(served, connections):
    """Each worker counts its own: with two, twice as many may be open."""
    for _ in range(MOST * 4):
        connect(served, connections, "")
    for _ in range(4):
        assert answered(connect(served, connections, f"{HELLO}Connection: close\r\n\r\n"))[9:12] == "200"

    def held() -> int:
        return sum(_is_open(each) for each in connections)

    wait_until(lambda: held() <= MOST * 2, "the oldest are closed")


def test_behind_a_proxy_each_address_it_forwards_has_its_own_limit(standing, connections):
    served: Served = standing(demonstration=False, behind_proxy="true", connections_per_address=str(MOST))

    def forwarded(address: str) -> socket.socket:
        asked = f"{HELLO}X-Forwarded-For: 198.51.100.1, {address}\r\n\r\n"
        opened = connect(served, connections, asked)
        answer = b""
        while not answer.endswith(b"}\n"):
            answer += opened.recv(4096)
        assert answer[9:12] == b"200"
        return opened

    another = forwarded("192.0.2.8")
    greedy = [forwarded("192.0.2.7") for _ in range(MOST + 5)]
    wait_until(lambda: not any(_is_open(each) for each in greedy[:5]), "the oldest five are closed")
    assert _is_open(another)
    assert all(_is_open(each) for each in greedy[5:])


def _is_open(connection: socket.socket) -> bool:
    connection.settimeout(0)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
