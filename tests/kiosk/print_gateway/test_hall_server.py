"""The conversation of the print gateway over a real connection: it stays open, and nothing is guessed."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kiosk.print_gateway.gateway import HallServer, PollAnswer, ServerRefused, ServerSilent
from kiosk.print_gateway.settings import GatewaySettings

NOTHING = {"offer": None, "dialect": "custom"}


class Peer(BaseHTTPRequestHandler):
    """A server that answers as the test says."""

    protocol_version = "HTTP/1.1"
    connections = 0
    closes_after_poll = False

    def setup(self) -> None:
        super().setup()
        type(self).connections += 1

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200, json.dumps(NOTHING).encode())
        self.close_connection = self.closes_after_poll

    def do_GET(self) -> None:
        if "job=short" in self.path:
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"\x1b@ half of a ticket")
            self.close_connection = True
        elif "job=" in self.path:
            self._answer(200, b"\x1b@ ticket", age="12.5")
        else:
            self._answer(302, b"")

    def _answer(self, status: int, body: bytes, age: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", "http://192.0.2.7/")
        if age is not None:
            self.send_header("X-Parvis-Age", age)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named so there
        """Nothing is logged."""


@pytest.fixture
def peer() -> Iterator[type[Peer]]:
    made = type("OnePeer", (Peer,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), made) as listening:
        made.port = listening.server_port  # type: ignore[attr-defined]
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield made
        listening.shutdown()
        thread.join()


def server_at(peer: type[Peer]) -> HallServer:
    port = peer.port  # type: ignore[attr-defined]
    return HallServer(GatewaySettings(f"http://127.0.0.1:{port}/impression/gateway/laon/b1", "s"))


def asked(server: HallServer) -> PollAnswer:
    return server.poll("ready", is_printing=False, interval_s=1)


def test_polls_and_fetches_share_a_connection_and_a_closed_one_is_opened_again(peer: type[Peer]):
    server = server_at(peer)
    assert [asked(server), asked(server)] == [PollAnswer(None, "custom")] * 2
    ticket = server.fetch("job")
    assert (ticket.blob, ticket.age_s) == (b"\x1b@ ticket", 12.5)
    assert peer.connections == 1
    peer.closes_after_poll = True
    assert [asked(server), asked(server)] == [PollAnswer(None, "custom")] * 2
    server.close()


def test_half_a_ticket_is_no_ticket_and_the_secret_follows_no_redirect(peer: type[Peer]):
    server = server_at(peer)
    with pytest.raises(ServerSilent):
        server.fetch("short")
    with pytest.raises(ServerRefused) as refused:
        server.check()
    assert refused.value.status == 302
    server.close()
