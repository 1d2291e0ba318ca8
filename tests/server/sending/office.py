"""Real endpoints on this machine: of webhooks, good and hostile ones, and a server that takes letters."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tests.harness.sharing import free_port


@dataclass
class Endpoint:
    """An endpoint of webhooks: the requests it received, by path; `status` it answers; `hold` is set at its
    end.

    `before_answer` is called once it has taken something.
    """

    address: str = ""
    status: int = 204
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    hanging: threading.Event = field(default_factory=threading.Event)
    before_answer: Callable[[], None] = lambda: None


class _Answers(BaseHTTPRequestHandler):
    endpoint: Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/hangs":
            self.endpoint.hanging.set()
            self.endpoint.hold.wait()
            return
        if self.path == "/drips":
            self._drip()
            return
        self.endpoint.taken.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self.endpoint.before_answer()
        self.send_response(self.endpoint.status if self.path != "/moved" else 302)
        if self.path == "/moved":
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _drip(self) -> None:
        """A head that never ends, a byte at a time."""
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self.endpoint.hold.wait(0.02):
                self.wfile.write(b"x")
                self.wfile.flush()
        except OSError:
            self.close_connection = True  # the client has gone

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server names it
        """Says nothing."""


@contextmanager
def webhook_endpoint() -> Iterator[Endpoint]:
    """The endpoint while it runs."""
    endpoint = Endpoint()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answers", (_Answers,), {"endpoint": endpoint}))
    server.daemon_threads = True
    endpoint.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Slow(BaseRequestHandler):
    """A mail server that says nothing, or one byte of its greeting after the other and never the last."""

    server: "_SlowServer"

    def handle(self) -> None:
        hold = self.server.hold
        try:
            while not hold.wait(0.02):
                if self.server.drips:
                    self.request.sendall(b"2")
        except OSError:
            return  # the caller has gone


class _SlowServer(ThreadingTCPServer):
    daemon_threads = True
    hold = threading.Event()
    drips = False


@contextmanager
def slow_mail_server(*, drips: bool) -> Iterator[int]:
    """The port of a mail server that never sends a greeting."""
    with _SlowServer(("127.0.0.1", 0), _Slow) as server:
        server.hold, server.drips = threading.Event(), drips
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.hold.set()
            server.shutdown()
            thread.join()


@dataclass
class Mailbox:
    """A server that accepts letters; `refuses`: its answer to a recipient instead, `farewell`: to QUIT."""

    port: int = 0
    letters: list[Any] = field(default_factory=list)
    refuses: str | None = None
    farewell: str = "221 Bye"

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd names it
        self, server: SMTP, _: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.refuses is not None:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - as aiosmtpd names it
        self, server: SMTP, _: Any, envelope: Any
    ) -> str:
        self.letters.append(envelope)
        return "250 OK"

    async def handle_QUIT(  # noqa: N802 - as aiosmtpd names it
        self, server: SMTP, _: Any, envelope: Any
    ) -> str:
        return self.farewell


@contextmanager
def mailbox(**how: Any) -> Iterator[Mailbox]:
    """The server of letters while it runs; `how`: as aiosmtpd takes it."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **how)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()
