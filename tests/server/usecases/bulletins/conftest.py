"""A server of bulletins on this machine."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.server.domain.written_bulletins import cap_xml, info_xml

ENTRY = (
    "<entry><id>urn:{0}</id><updated>2026-11-24T09:00:00Z</updated>"
    '<link type="application/cap+xml" href="{1}/{0}"/></entry>'
)


class _Bulletins(BaseHTTPRequestHandler):
    """`/feed` names three documents, one of which is no bulletin; `/none` is not there."""

    def do_GET(self) -> None:
        name = self.path.strip("/")
        host = f"http://{self.headers['Host']}"
        documents = {
            "feed": (
                '<feed xmlns="http://www.w3.org/2005/Atom">'
                + "".join(ENTRY.format(each, host) for each in ("a", "b", "broken"))
                + "</feed>"
            ).encode(),
            "a": cap_xml("a", infos=info_xml(severity="Minor")),
            "b": cap_xml("b", infos=info_xml(language="nl")),
            "broken": b"<html/>",
        }
        body = documents.get(name, b"")
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server names it
        """Says nothing."""


@pytest.fixture
def bulletin_server() -> Iterator[str]:
    """The address of the server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Bulletins) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
