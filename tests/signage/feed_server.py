"""A real server of feeds on this machine, good ones and hostile ones; nothing of it waits by the clock."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Préfecture &amp; vous</title>
<item><title>Ouverture &lt;b&gt;lundi&lt;/b&gt;</title>
<description>&lt;p&gt;De 9 h à midi.&lt;script&gt;x&lt;/script&gt;&lt;/p&gt;</description></item>
<item><title>Deuxième</title><description>Texte</description></item>
</channel></rss>""".encode()


class _Answers(BaseHTTPRequestHandler):
    """By path; `hold` is set when the test is over."""

    hold: threading.Event

    def do_GET(self) -> None:
        try:
            getattr(self, "_" + self.path.strip("/"))()
        except OSError:
            self.close_connection = True  # the client has gone

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server names it
        """Says nothing."""

    def _head(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _good(self) -> None:
        self._head(200, Content_Type="application/rss+xml")
        self.wfile.write(RSS)

    def _moved(self) -> None:
        self._head(302, Location="/good")

    def _circle(self) -> None:
        self._head(302, Location="/circle")

    def _file(self) -> None:
        self._head(302, Location="file:///etc/passwd")

    def _gone(self) -> None:
        self._head(404)

    def _page(self) -> None:
        self._head(200)
        self.wfile.write(b"<html><body>no feed</body></html>")

    def _packed(self) -> None:
        self._head(200, Content_Encoding="gzip")
        self.wfile.write(b"\x1f\x8b")

    def _endless(self) -> None:
        self._head(200)
        while not self.hold.is_set():
            self.wfile.write(b" " * 65_536)

    def _hanging(self) -> None:
        self.hold.wait()

    def _stalling(self) -> None:
        self._head(200)
        self.wfile.write(RSS[:50])
        self.wfile.flush()
        self.hold.wait()

    def _dripping(self) -> None:
        """A head that never ends, a byte at a time: each keeps the reader waiting for the next."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.hold.wait(0.05):
            self.wfile.write(b"x")
            self.wfile.flush()


@contextmanager
def serving() -> Iterator[str]:
    """The address of the server while it runs."""
    hold = threading.Event()
    answers = type("Answers", (_Answers,), {"hold": hold})
    server = ThreadingHTTPServer(("127.0.0.1", 0), answers)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        hold.set()
        server.shutdown()
        thread.join()
        server.server_close()
