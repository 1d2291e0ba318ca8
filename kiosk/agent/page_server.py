"""The kiosk's page on this computer: its files, its requests to the server, its socket.

Only this computer reaches it (127.0.0.1), and of its browsers only pages that it has served itself: a request
of another page names another origin, one by another name (DNS rebinding) another host. It adds the kiosk's
token to what it hands on, and no cookie, no token and no secret ever reaches the browser. So a local user can
do here what the kiosk's own page can, and no more.
"""

import json
import select
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from http.client import HTTPResponse
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from kiosk.agent.hall_link import DEVICE_COOKIE, HallLink, cookies_of
from kiosk.agent.kept_files import Name
from kiosk.agent.own_tickets import can_issue, sound_press
from kiosk.agent.page_files import PageFiles
from kiosk.agent.presses import UNPLUGGED, Presses, as_press
from kiosk.agent.server_line import LARGEST_ANSWER_BYTES, Answer, ServerLine, ServerSilent
from kiosk.agent.words import language, sentence

MOST_CONNECTIONS = 64
LARGEST_BODY_BYTES = 64 * 1024
IDLE_S = 75.0
CONNECT_S = 2.0
PAGE, PAIR = "/kiosk", "/pair"
_OPEN = (PAGE, PAIR, "/device/me", "/health/ready")
_BELOW = ("/kiosk/", "/static/", "/assets/", "/look/", "/audio/", "/media/", "/api/v1/")
_WRITTEN = ("/device/pairing", "/device/renewal", "/api/v1/")
_NEVER = ("/api/v1/kiosks/",)
"""The agent's own."""
_SOCKET = "/socket.io/"
_SENT_ON = (
    *("Accept", "Accept-Encoding", "Accept-Language", "Content-Type", "Idempotency-Key", "If-None-Match"),
    *("If-Modified-Since", "Range", "User-Agent", "X-Caller"),
)
_OF_SOCKETS = ("Sec-WebSocket-Key", "Sec-WebSocket-Version", "User-Agent")
_NOT_HANDED_BACK = frozenset(
    {
        *("connection", "keep-alive", "transfer-encoding", "content-length", "set-cookie", "date", "server"),
        *("strict-transport-security", "alt-svc", "upgrade"),
    }
)
_COOKIES: dict[str, Name] = {DEVICE_COOKIE: "token", "parvis_pairing": "pairing"}
_WAITING = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<title>{title}</title></head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>
"""


class PageServer(ThreadingHTTPServer):
    """Serves the page on a port of 127.0.0.1, one thread for each connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, parts: "PageParts") -> None:
        super().__init__(("127.0.0.1", port), _PageRequest)
        self.parts = parts

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names by which the kiosk's browser may call it."""
        return f"127.0.0.1:{self.server_port}", f"localhost:{self.server_port}"

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Whether there are not too many connections."""
        return threading.active_count() < MOST_CONNECTIONS

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Writes what went wrong; a browser that leaves in the middle of an answer is no news."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


@dataclass(frozen=True, slots=True)
class PageParts:
    """What the requests need. `line()`: a new connection to the server, at `host`."""

    host: str
    line: Callable[[], ServerLine]
    files: PageFiles
    link: HallLink
    presses: Presses

    def menu(self, asked: str) -> dict[str, Any] | None:
        """The kiosk's own menu; None: it gives no ticket by itself now."""
        link = self.link
        provision = can_issue(link.kept, link.clock)
        if provision is None or link.state == "twice" or not link.journal.is_writable():
            return None
        menu = provision.menu(asked, link.clock.now())
        return menu | (link.kept.read("menu") or {}) | {"unplugged": True}

    def keep_cookies(self, headers: Iterable[str]) -> None:
        """Keeps the token, or the secret of a pairing, that an answer gives to the browser."""
        for each in headers:
            cookies: SimpleCookie = SimpleCookie()
            with suppress(CookieError):
                cookies.load(each)
            for given, morsel in cookies.items():
                name = _COOKIES.get(given.removeprefix("__Host-"))
                if name is not None:
                    self.link.kept.keep(name, morsel.value or None)
                if name == "token":
                    self.link.kept.keep("device", None)
                    self.link.look()


class _PageRequest(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    server: PageServer

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._parts = self.server.parts
        self._line: ServerLine = self._parts.line()

    def finish(self) -> None:
        self._line.close()
        super().finish()

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if not self._is_own():
            self._say(HTTPStatus.FORBIDDEN, {"code": "foreign_host"})
        elif path == _SOCKET and self.headers.get("Upgrade", "").lower() == "websocket":
            self._tunnel()
        elif not (path in _OPEN or path.startswith(_BELOW)) or path.startswith(_NEVER):
            self._say(HTTPStatus.NOT_FOUND, {"code": "not_found"})
        elif path == PAGE and self._parts.link.token is None:
            self._reply(HTTPStatus.SEE_OTHER, {"Location": PAIR}, b"")
        else:
            self._read(path)

    def do_POST(self) -> None:
        path, body = unquote(urlsplit(self.path).path), self._body()
        if not self._is_own() or self.headers.get_content_type() != "application/json":
            self._say(HTTPStatus.FORBIDDEN, {"code": "foreign_host"})  # no form of another page sends JSON
        elif body is None:
            self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"code": "too_large"})
        elif not path.startswith(_WRITTEN) or path.startswith(_NEVER):
            self._say(HTTPStatus.NOT_FOUND, {"code": "not_found"})
        else:
            self._write(path, body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named so there
        """Requests are not logged."""

    def _is_own(self) -> bool:
        """Whether the request comes from a page of this server, under its own name."""
        hosts = self.server.hosts
        origin = self.headers.get("Origin")
        fetch_site = self.headers.get("Sec-Fetch-Site", "none")
        is_own_origin = origin is None or origin in [f"http://{host}" for host in hosts]
        return self.headers.get("Host") in hosts and is_own_origin and fetch_site in ("none", "same-origin")

    def _body(self) -> bytes | None:
        """The body of a request; None: it is too large, and the connection ends."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY_BYTES or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            return None
        return self.rfile.read(int(length))

    def _read(self, path: str) -> None:
        """Hands a reading request on; while the server is away: what is kept here."""
        if self._parts.link.is_up:
            try:
                answer = self._line.request("GET", self.path, self._headers(path), within_s=IDLE_S)
            except ServerSilent:
                self._parts.link.lose()
            else:
                if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    self._hand_back(path, answer)
                    return
                answer.read()
        self._read_here(path)

    def _read_here(self, path: str) -> None:
        kept = self._parts.files.find(self.path) or self._parts.files.find(path)
        if kept is not None:
            self._reply(HTTPStatus.OK, *kept)
        elif path == "/device/me" and (device := self._parts.link.kept.read("device")) is not None:
            self._say(HTTPStatus.OK, device)
        elif path.startswith("/api/v1/halls/") and path.endswith("/menu"):
            asked = parse_qs(urlsplit(self.path).query).get("lang", ["fr"])[0]
            menu = self._parts.menu(asked)
            self._say(HTTPStatus.OK, menu) if menu is not None else self._say(*UNPLUGGED)
        elif path in (PAGE, PAIR):
            self._reply(
                HTTPStatus.SERVICE_UNAVAILABLE, {"Content-Type": "text/html; charset=utf-8"}, waiting()
            )
        else:
            self._say(*UNPLUGGED)

    def _write(self, path: str, body: bytes) -> None:
        headers = self._headers(path)
        press = sound_press(as_press(body)) if path.endswith("/tickets") else None

        def send(within_s: float) -> Answer:
            return self._line.send(self.command, self.path, headers, body, within_s=within_s)

        if press is not None:
            answer = self._parts.presses.take(press, send)
        elif not self._parts.link.is_up:
            answer = UNPLUGGED
        else:
            try:
                answer = send(IDLE_S)
            except ServerSilent:
                self._parts.link.lose()
                answer = UNPLUGGED
        if isinstance(answer, Answer):
            self._hand_on(path, answer.status, answer.headers.items(), answer.body)
        else:
            self._say(*answer)

    def _hand_back(self, path: str, answer: HTTPResponse) -> None:
        """Gives the browser an answer of the server; the menu's own words are kept."""
        body = answer.read(LARGEST_ANSWER_BYTES if "Content-Length" in answer.headers else None)
        if (
            path.endswith("/menu")
            and answer.status == HTTPStatus.OK
            and "Content-Encoding" not in answer.headers
        ):
            menu = as_press(body)
            if isinstance(menu, dict):
                self._parts.link.kept.keep(
                    "menu", {name: menu[name] for name in ("look", "configuration") if name in menu}
                )
        self._hand_on(path, answer.status, answer.headers.items(), body, rest=answer)

    def _hand_on(
        self,
        path: str,
        status: int,
        headers: Iterable[tuple[str, str]],
        body: bytes,
        *,
        rest: HTTPResponse | None = None,
    ) -> None:
        given = list(headers)
        if path.startswith(("/device/", PAIR)):
            self._parts.keep_cookies(value for name, value in given if name.lower() == "set-cookie")
        own = {name: value for name, value in given if name.lower() not in _NOT_HANDED_BACK}
        length = next((value for name, value in given if name.lower() == "content-length"), None)
        is_long = rest is not None and not rest.isclosed() and length is not None
        self._reply(status, own, body, length=int(length) if is_long and length else None)
        while is_long and rest is not None and (part := rest.read(65_536)):
            self.wfile.write(part)

    def _headers(self, path: str) -> dict[str, str]:
        """What the server gets of a request, with the cookies that the agent keeps for the browser."""
        kept = self._parts.link.kept
        pairing = kept.read("pairing") if path.startswith(("/device/", PAIR)) else None
        sent = {name: self.headers[name] for name in _SENT_ON if name in self.headers}
        if path.endswith("/menu"):
            sent["Accept-Encoding"] = "identity"
        return sent | cookies_of(self._parts.link.token, pairing)

    def _say(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document, ensure_ascii=False).encode()
        kind = "application/json" if status < HTTPStatus.BAD_REQUEST else "application/problem+json"
        self._reply(status, {"Content-Type": kind, "Cache-Control": "no-store"}, body)

    def _reply(
        self, status: int, headers: dict[str, str] | Any, body: bytes, *, length: int | None = None
    ) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED and status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def _tunnel(self) -> None:
        """Joins the page's socket with one to the server, until one of them ends or the server is lost."""
        self.close_connection = True
        try:
            server = self._line.connect(CONNECT_S).sock
        except ServerSilent:
            self._parts.link.lose()
            self._say(*UNPLUGGED)
            return
        tunnel = _Tunnel(self.connection, server)
        if not self._parts.link.hold(tunnel.end):
            self._say(*UNPLUGGED)
            return
        try:
            sent = {name: self.headers[name] for name in _OF_SOCKETS if name in self.headers}
            sent |= cookies_of(self._parts.link.token)
            sent |= {"Host": self._parts.host, "Upgrade": "websocket", "Connection": "Upgrade"}
            lines = [f"GET {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
            server.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
            tunnel.carry()
        finally:
            self._parts.link.drop(tunnel.end)
            tunnel.end()


class _Tunnel:
    """Two sockets whose bytes go from each to the other."""

    def __init__(self, page: socket.socket, server: socket.socket) -> None:
        self._page, self._server = page, server

    def carry(self) -> None:
        """Carries bytes until one side ends."""
        self._server.settimeout(None)
        other = {self._page: self._server, self._server: self._page}
        with suppress(OSError, ValueError):
            while True:
                for each in _readable(self._page, self._server):
                    received = each.recv(65_536)
                    if not received:
                        return
                    other[each].sendall(received)

    def end(self) -> None:
        """Ends both."""
        for each in (self._page, self._server):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


def _readable(page: socket.socket, server: socket.socket) -> list[socket.socket]:
    if isinstance(server, ssl.SSLSocket) and server.pending():
        return [server]
    return select.select([page, server], [], [])[0]


def waiting() -> bytes:
    """The page of a kiosk that has never reached its server; it looks again by itself."""
    title, text = sentence("kiosk_agent.waiting.title"), sentence("kiosk_agent.waiting.text")
    return _WAITING.format(language=language(), title=escape(title), text=escape(text)).encode()
