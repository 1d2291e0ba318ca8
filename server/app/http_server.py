"""Heads of HTTP requests read by llhttp (`httptools`), which is strict, for pywsgi's handler.

pywsgi reads them with the parser of e-mail, which takes what HTTP forbids and costs as much as a query.
"""

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

import gevent
import httptools
import structlog
from gevent import pywsgi
from gevent.socket import socket as GeventSocket  # noqa: N812 -- a class

from server.connections import Bounds, Connections, HttpDeadlines, TcpConnection
from server.jobs import open_files
from server.logs import SOURCE, write_uncaught
from server.settings import Settings

LARGEST_HEAD = 65_536
"""Bytes of a request's header fields; a longer head is refused with 400."""

log = structlog.get_logger()
PIECE_BYTES = 65_536
"""Bytes of an answer that a client must take within the deadline of a body."""
ADDRESSES_TIMES = 4
"""How many addresses' worth of strangers' connections the network around an address may hold."""
ACCEPTED_TOGETHER = 1
"""Connections accepted in one round of the event loop: after a network failure hundreds come, and what one of
them costs is what a request waits in each round."""
_TIMED_OUT = ("408", b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-length: 0\r\n\r\n")


class WrongHead(ValueError):
    """A head that HTTP/1.1 does not allow; pywsgi answers 400 and logs the sentence, which quotes nothing."""


class RequestHead:
    """The header fields of one request, by the names pywsgi's handler uses. Names are found in any case."""

    status = ""
    """pywsgi's hook for a wrong head; here it raises an error."""

    def __init__(self) -> None:
        self._fields: dict[str, str] = {}
        self.headers: list[str] = []
        """Every field as a line, in order."""

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser for each field."""
        key, text = name.decode("latin-1"), value.decode("latin-1")
        self._fields.setdefault(key.lower(), text)
        self.headers.append(f"{key}: {text}\r\n")

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first field of this name."""
        return self._fields.get(name.lower(), default)

    getheader = get

    def __delitem__(self, name: str) -> None:
        """Raises KeyError when there is none."""
        del self._fields[name.lower()]

    @property
    def typeheader(self) -> str | None:
        return self.get("content-type")


class StrictRequests(pywsgi.WSGIHandler):  # type: ignore[misc]
    """pywsgi's handler, with heads read by llhttp; a connection ends with its websocket."""

    def read_request(self, raw_requestline: str) -> bool:
        """Whether a request was read. After a websocket there is no other: pywsgi would wait for it."""
        is_read: bool = super().read_request(raw_requestline)
        if is_read and self.headers.get("Upgrade"):
            self.close_connection = True
        return is_read

    def MessageClass(self, received: BinaryIO, *_: object) -> RequestHead:  # noqa: N802 -- pywsgi's name
        """The head of the request whose first line is `requestline`. Raises WrongHead."""
        head = RequestHead()
        first = f"{self.requestline}\r\n".encode("latin-1")
        try:
            httptools.HttpRequestParser(head).feed_data(first + b"".join(_lines(received)))
        except httptools.HttpParserUpgrade:
            pass  # a websocket: what follows the head is not HTTP
        except httptools.HttpParserError as error:
            raise WrongHead(str(error)) from None
        return head


def _lines(received: BinaryIO) -> Iterator[bytes]:
    """The lines of a head, to the empty one. Raises WrongHead when they are too long or end early."""
    left = LARGEST_HEAD
    while True:
        line = received.readline(left + 1)
        left -= len(line)
        if left < 0:
            raise WrongHead("the head is too long")
        yield line
        if line in (b"\r\n", b"\n"):
            return
        if not line:
            raise WrongHead("the head has no end")


def connections_of(settings: Settings) -> Connections:
    """The connections of a process, with the deadlines and the limit of the settings."""
    deadlines = HttpDeadlines(
        settings.head_seconds,
        settings.body_seconds,
        settings.next_request_seconds,
        settings.first_packet_seconds,
    )
    of_address = settings.connections_per_address
    of_network = ADDRESSES_TIMES * of_address
    bounds = Bounds(of_address, of_network, everybody=open_files() // 2 if of_address else 0)
    return Connections(bounds, deadlines, is_behind_proxy=settings.behind_proxy)


class HallServer(pywsgi.WSGIServer):  # type: ignore[misc]  # untyped library
    """Serves an app on a listening socket; `connections` has the deadlines and counts."""

    max_accept = ACCEPTED_TOGETHER

    def __init__(self, listener: Any, application: Any, connections: Connections, **options: Any) -> None:
        self.connections = connections
        lines = pywsgi.LoggingLogAdapter(logging.getLogger("server"), logging.INFO)
        gevent.get_hub().print_exception = lambda _, *failed: write_uncaught(*failed)  # else past the loggers
        super().__init__(
            listener, application, log=None, error_log=lines, handler_class=TimedRequests, **options
        )

    def handle(self, sock: Any, address: Any) -> None:
        """Answers the requests of one connection."""
        with self._open(sock, address) as connection:
            TimedRequests(sock, address, self, connection).handle()

    def wrap_socket_and_handle(self, client_socket: Any, address: Any) -> None:
        """The same by TLS; a client that does not finish the handshake in the time of a head is dropped."""
        with self._open(client_socket, address) as connection:
            wrapped = self.wrap_socket(client_socket, do_handshake_on_connect=False, **self.ssl_args)
            connection.close = lambda: _end(wrapped)
            try:
                with gevent.Timeout(connection.deadlines.head_s, TimeoutError()):
                    wrapped.do_handshake()
                TimedRequests(wrapped, address, self, connection).handle()
            except OSError:
                pass  # no TLS, or not in time
            finally:
                wrapped.close()

    @contextmanager
    def _open(self, sock: Any, address: Any) -> Iterator[TcpConnection]:
        host = address[0] if isinstance(address, tuple) and address else ""
        with self.connections.open(str(host), lambda: _end(sock)) as connection:
            SOURCE.set(lambda: connection.network)
            yield connection


def _end(sock: Any) -> None:
    """Ends a connection from another greenlet: readers that wait for it see its end."""
    with suppress(OSError):  # it may have ended by itself
        # of the TCP connection: TLS would forget its state while another greenlet reads
        GeventSocket.shutdown(sock, socket.SHUT_RDWR)


class TimedRequests(StrictRequests):
    """The requests of one connection, with deadlines for what the client sends."""

    def __init__(self, sock: Any, address: Any, server: HallServer, connection: TcpConnection) -> None:
        super().__init__(sock, address, server)
        self._connection = connection
        connection.sock = sock
        self.wsgi_input: Any = None
        self._deadline: Any = None
        self._is_first = True
        sock.settimeout(connection.deadlines.body_s)

    def handle(self) -> None:
        """Answers request after request."""
        try:
            super().handle()
        except OSError:
            pass  # the client has gone before it read the refusal
        finally:
            self._end_wait()

    def read_requestline(self) -> str:
        """The first line of a request. Raises TimeoutError, which ends the connection."""
        deadlines = self._connection.deadlines
        self._connection.waiting_since_s = time.monotonic()
        self._wait_at_most(deadlines.head_s if self._is_first else deadlines.next_request_s)
        line: str = super().read_requestline()
        if not self._is_first:
            self._wait_at_most(deadlines.head_s)
        self._is_first = False
        return line

    def read_request(self, raw_requestline: str) -> bool:
        """Whether a request was read. Raises TimeoutError."""
        try:
            is_read: bool = super().read_request(raw_requestline)
        finally:
            self._end_wait()
        self._connection.waiting_since_s = None
        return is_read

    def get_environ(self) -> dict[str, Any]:
        """The environment of the request; its body is waited for with the deadline."""
        environ: dict[str, Any] = super().get_environ()
        body = self.wsgi_input
        if environ["wsgi.input"] is body:
            environ["wsgi.input"] = self.wsgi_input = _TimedBody(body, self._connection)
        self.server.connections.head_is_read(self._connection, environ)
        return environ

    def log_error(self, msg: str, *args: Any) -> None:
        """A wrong request is a line, and many are a few."""
        log.warning("wrong_request", reason=(msg % args) if args else msg)

    def _sendall(self, content: bytes) -> None:
        """Sends an answer piece by piece, so that the deadline is that of a piece."""
        view = memoryview(content)
        for start in range(0, len(view), PIECE_BYTES):
            super()._sendall(view[start : start + PIECE_BYTES])

    def _handle_client_error(self, ex: Exception) -> Any:
        """The answer to a head that cannot be parsed."""
        if isinstance(ex, TimeoutError):
            return _TIMED_OUT
        if isinstance(ex, OSError) and type(ex).__module__ != pywsgi.__name__:
            return None  # the client has gone
        return super()._handle_client_error(ex)

    def handle_error(self, t: Any, v: Any, tb: Any) -> None:
        """A client that stops taking its answer is no failure of ours."""
        if isinstance(v, TimeoutError):
            self.close_connection = True
            return
        super().handle_error(t, v, tb)

    def _wait_at_most(self, seconds: float) -> None:
        self._end_wait()
        self._deadline = gevent.Timeout.start_new(seconds, TimeoutError("timed out"))

    def _end_wait(self) -> None:
        if self._deadline is not None:
            self._deadline.close()
            self._deadline = None


class _TimedBody:
    """The body of a request; while it is read the connection counts as waiting."""

    def __init__(self, body: Any, connection: TcpConnection) -> None:
        self._body, self._connection = body, connection

    def read(self, length: int | None = None) -> bytes:
        with self._connection.waiting():
            content: bytes = self._body.read(length)
        return content

    def readline(self, size: int | None = None) -> bytes:
        with self._connection.waiting():
            content: bytes = self._body.readline(size)
        return content

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)
