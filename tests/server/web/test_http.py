"""HTTP in both layouts: heads that it forbids, clients that keep it waiting, answers that travel small."""

import gzip
import json
import re
import socket
from collections.abc import Iterator

import brotli
import pytest

from tests.harness.servers.served import Layout, Served
from tests.harness.sql import make_tables
from tests.harness.waiting import wait_until
from tests.server.live.hall import ends, raw_socket
from tests.server.web.api_site import ApiSite

HELLO = "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n"


# --- a client that keeps the server waiting loses the connection; the times here are short --------

UPGRADE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
SIGN_IN = "POST /connexion HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
SOON = dict.fromkeys(("head_seconds", "body_seconds", "next_request_seconds"), "0.4")
MOST = 20


@pytest.fixture(params=["embedded", "workers"])
def impatient(request: pytest.FixtureRequest, standing) -> Served:
    layout: Layout = request.param
    started: Served = standing(
        layout, demonstration=False, **SOON, first_packet_seconds="0.4", connections_per_address=str(MOST)
    )
    return started


@pytest.fixture
def connections(impatient: Served) -> Iterator[list[socket.socket]]:
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


def received_by(connection: socket.socket) -> str:
    """All bytes received until the server closes the connection."""
    received = b""
    try:
        while part := connection.recv(65_536):
            received += part
    except ConnectionResetError:
        pass
    return received.decode("latin-1")


def test_half_heads_half_bodies_unused_connections_and_silent_websockets_end(impatient, connections):
    sent = {
        "nothing": "",
        "half a head": HELLO + "Accept: a",
        "half a body": SIGN_IN + "Content-Length: 50\r\n\r\nlogin=",
        "half a chunk": SIGN_IN + "Transfer-Encoding: chunked\r\n\r\n5\r\nlo",
        "no next request": HELLO + "\r\n",
        "half a second head": f"{HELLO}\r\n{HELLO}",
        "a silent websocket": UPGRADE,
    }
    opened = {name: connect(impatient, connections, content) for name, content in sent.items()}
    status = {name: received_by(each)[9:12] for name, each in opened.items()}
    assert status.pop("half a body") in ("400", "408")
    assert status.pop("half a chunk") in ("400", "408")
    assert status == {
        "nothing": "",
        "half a head": "408",
        "no next request": "200",
        "half a second head": "200",
        "a silent websocket": "101",
    }


def test_a_websocket_that_answers_but_joins_nothing_ends(impatient):
    with raw_socket(impatient) as stranger:
        stranger.send("3")
        assert ends(stranger)


def test_a_network_at_its_limit_of_connections_still_gets_the_next_one_answered(impatient, connections):
    """Each worker counts its own: with two, twice as many may be open."""
    for _ in range(MOST * 4):
        connect(impatient, connections, "")
    for _ in range(4):
        assert (
            received_by(connect(impatient, connections, f"{HELLO}Connection: close\r\n\r\n"))[9:12] == "200"
        )

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


# --- a proxy before us and we read the same requests ----------------------------------------------


def answered(served: Served, sent: str) -> list[str]:
    """The status of each answer on one connection, until the server closes it."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection:
        connection.sendall(sent.encode("latin-1"))
        received = b""
        while part := connection.recv(65_536):
            received += part
    return [answer[:3] for answer in received.decode("latin-1").split("HTTP/1.1 ")[1:]]


@pytest.fixture(params=["embedded", "workers"])
def served(request: pytest.FixtureRequest, standing) -> Served:
    layout: Layout = request.param
    started: Served = standing(layout)
    return started


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param("Content-Length: 4\r\nContent-Length: 40\r\n", id="two_lengths"),
        pytest.param("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", id="a_length_and_chunks"),
        pytest.param("Content-Length: +4\r\n", id="a_length_with_a_sign"),
        pytest.param("Content-Length : 4\r\n", id="a_space_before_the_colon"),
        pytest.param("Content-Length\r\n", id="no_colon"),
        pytest.param("A(b): c\r\n", id="a_name_of_no_token"),
        pytest.param("Accept: a\rb\r\n", id="a_return_within"),
        pytest.param("Accept: a\0b\r\n", id="a_zero_within"),
    ],
)
def test_a_head_that_http_forbids_gets_400_and_the_connection_ends(served, fields):
    assert answered(served, f"{HELLO}{fields}\r\n{HELLO}Connection: close\r\n\r\n") == ["400"]


def test_a_head_without_measure_is_refused(served):
    status = answered(served, f"{HELLO}Accept: {'a' * 70_000}\r\n\r\n")
    assert status in (["400"], ["431"])


def test_an_address_of_more_than_8_kb_is_refused_and_the_connection_ends(served):
    head = "GET /health/live?q={} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert answered(served, head.format("a" * 8_200)) == ["414"]


def test_requests_on_one_connection_are_answered_in_turn(served):
    last = f"{HELLO.replace('GET', 'HEAD')}Connection: close\r\n\r\n"
    assert answered(served, f"{HELLO}\r\n{HELLO}\r\n{last}") == ["200", "200", "200"]


def test_header_names_are_recognised_in_any_case(served):
    head = "GET /api/v1/halls/laon/queue HTTP/1.1\r\nhost: localhost\r\n"
    assert answered(served, f"{head}AUTHORIZATION: Bearer none\r\nconnection: close\r\n\r\n") == ["401"]


# --- compression ----------------------------------------------------------------------------------


BOTH = {"Accept-Encoding": "gzip, deflate, br"}
FILES = (
    "/static/server/shared/base.css",
    "/static/signage/screen.js",
    "/assets/tokens.css",
    "/screen",
    "/kiosk",
    "/api/v1/openapi.json",
    "/aide",
    "/aide/manuels/usager",
)
FOR_A_YEAR = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiSite]:
    folder = tmp_path_factory.mktemp("compressed")
    url = f"sqlite:///{folder / 'parvis.db'}"
    make_tables(url)
    found = ApiSite(url, folder)
    yield found
    found.close()


@pytest.mark.parametrize("path", FILES)
def test_a_public_file_travels_small_and_once(site: ApiSite, path: str):
    client = site.app.test_client()
    plain = client.get(path)
    assert "Content-Encoding" not in plain.headers
    by_brotli, by_gzip = (
        client.get(path, headers={"Accept-Encoding": each}) for each in ("gzip, br", "gzip")
    )
    assert (by_brotli.headers["Content-Encoding"], by_gzip.headers["Content-Encoding"]) == ("br", "gzip")
    assert brotli.decompress(by_brotli.data) == gzip.decompress(by_gzip.data) == plain.data
    assert len(by_brotli.data) < len(plain.data) / 2
    assert "Accept-Encoding" in by_brotli.headers["Vary"]
    assert by_brotli.headers["ETag"] != by_gzip.headers["ETag"]
    again = client.get(path, headers={"Accept-Encoding": "br", "If-None-Match": by_brotli.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_pages_name_files_by_their_release_and_browsers_keep_them(site: ApiSite):
    client = site.app.test_client()
    for page in ("/pair", "/kiosk", "/screen"):
        named = set(re.findall(r'"(/static/[^"]+)"', client.get(page).text))
        assert named
        for path in named:
            answer = client.get(path, headers=BOTH)
            assert (answer.status_code, answer.headers["Cache-Control"]) == (200, FOR_A_YEAR), path
            answer.close()
    worker = client.get("/screen/worker.js").text
    assert set(re.findall(r'"(/static/[^"]+/screen.js)"', worker)) <= named
    for path in ("/static/server/shared/base.css", "/static/0123456789abcdef/server/shared/base.css"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache"), (
            "of another release"
        )
        answer.close()
    assert client.get(f"/static/{'0' * 16}/server/nothing.css").status_code == 404


def test_the_description_is_made_once(site: ApiSite, monkeypatch: pytest.MonkeyPatch):
    first = site.app.test_client().get("/api/v1/openapi.json")
    monkeypatch.setattr(site.app, "spec_json", {})
    monkeypatch.setattr(site.app, "generate_spec_json", lambda: pytest.fail("made again"))
    assert site.app.test_client().get("/api/v1/openapi.json").data == first.data


@pytest.mark.parametrize("path", ["/connexion", "/pair", "/aide?q=guess"])
def test_an_answer_that_may_hold_a_token_is_not_compressed(site: ApiSite, path: str):
    answer = site.app.test_client().get(path, headers=BOTH)
    assert "Content-Encoding" not in answer.headers
    answer.close()


@pytest.mark.parametrize("path", ["/screen", "/kiosk", "/console"])
def test_a_compressed_page_repeats_nothing_that_came_with_the_request(site: ApiSite, path: str):
    marked = dict.fromkeys(("next", "counter", "code", "guess41"), "guess41")
    answer = site.person("agent").get(
        path, query_string=marked, headers={"Accept-Encoding": "br", "Referer": "https://guess41.example/"}
    )
    assert answer.headers["Content-Encoding"] == "br"
    assert b"guess41" not in brotli.decompress(answer.data)


@pytest.mark.parametrize(("answer", "role"), [("screen", "supervisor"), ("public-notices", "reception")])
def test_the_notices_of_a_screen_and_of_a_kiosk_travel_small(site: ApiSite, answer: str, role: str):
    browser = site.person(role)
    path = f"/api/v1/halls/laon/{answer}"
    plain, packed = browser.get(path), browser.get(path, headers={"Accept-Encoding": "br"})
    assert packed.headers["Content-Encoding"] == "br"
    assert packed.headers["Cache-Control"] == "no-store"
    assert len(packed.data) < len(plain.data)
    assert json.loads(brotli.decompress(packed.data)).keys() == plain.get_json().keys()
    waits = browser.get("/api/v1/halls/laon/board", headers={"Accept-Encoding": "br"})
    assert "Content-Encoding" not in waits.headers


def test_a_part_of_a_file_is_a_part_of_the_file_itself(site: ApiSite):
    answer = site.app.test_client().get(
        "/static/server/shared/base.css", headers=BOTH | {"Range": "bytes=0-9"}
    )
    assert answer.status_code == 206
    assert "Content-Encoding" not in answer.headers
    answer.close()
