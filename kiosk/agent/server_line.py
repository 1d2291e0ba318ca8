"""Requests to the hall's server on a connection that stays open, and what they prove when no answer comes.

No redirect is followed and no proxy is used: the token goes to the address of the settings only.
"""

import http.client
import json
import select
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from kiosk.agent import AgentFault, AgentSettings

WITHIN_S = 10.0
"""The longest each step of a request may take."""
LARGEST_ANSWER_BYTES = 4 * 1024 * 1024
_MAY_ANSWER_LATER = (429, 500, 502, 503, 504)


class ServerSilent(Exception):
    """No answer came, or a part of one: nobody knows whether the request arrived."""


class NeverSent(ServerSilent):
    """No connection was made: nothing of the request left this computer."""


class ServerRefused(Exception):
    """The server gave an unexpected answer; `status` is its HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status

    @property
    def is_for_now(self) -> bool:
        """Whether the same request may be answered later."""
        return self.status in _MAY_ANSWER_LATER


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    body: bytes
    headers: http.client.HTTPMessage

    def json(self) -> dict[str, Any]:
        """The JSON object in it. Raises ServerSilent where it holds none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise ServerSilent("not JSON")
        return found

    def expect(self, *statuses: int) -> Self:
        """The answer itself. Raises ServerRefused for another status."""
        if self.status not in statuses:
            raise ServerRefused(self.status)
        return self


class ServerLine:
    """One connection to the server, used by one thread at a time; another may `interrupt` it.

    AgentFault: the file of the authority cannot be read.
    """

    def __init__(self, settings: AgentSettings, *, within_s: float = WITHIN_S) -> None:
        parts = urlsplit(settings.server)
        self._host, self._port = parts.hostname or "", parts.port
        self._tls = tls_of(settings) if parts.scheme == "https" else None
        self._within_s = within_s
        self._open: http.client.HTTPConnection | None = None

    def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        within_s: float | None = None,
    ) -> http.client.HTTPResponse:
        """Sends a request; the answer, of which the head was read. Raises ServerSilent, NeverSent.

        `within_s`: for each step, instead of the line's own time.
        """
        within_s = within_s or self._within_s
        connection = self.connect(within_s)
        try:
            connection.request(method, path, body=body, headers=dict(headers))
            return connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise ServerSilent(reason_of(error)) from error

    def send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None, **more: float
    ) -> Answer:
        """Sends a request; its whole answer. Raises ServerSilent, NeverSent."""
        answer = self.request(method, path, headers, body, **more)
        try:
            received = answer.read(LARGEST_ANSWER_BYTES + 1)
            expected = answer.headers.get("Content-Length")
            has_body = method != "HEAD" and answer.status not in (204, 304)
            is_short = has_body and expected is not None and int(expected) != len(received)
            if is_short or len(received) > LARGEST_ANSWER_BYTES:
                raise http.client.IncompleteRead(received)
        except (OSError, ValueError, http.client.HTTPException) as error:
            self.close()
            raise ServerSilent(reason_of(error)) from error
        return Answer(answer.status, received, answer.headers)

    def connect(self, within_s: float) -> http.client.HTTPConnection:
        """The open connection, made anew where the server has closed it. Raises NeverSent."""
        if self._open is not None and _is_stale(self._open.sock):
            self.close()
        if self._open is None:
            made = self._new(within_s)
            try:
                made.connect()
                made.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                made.close()
                raise NeverSent(reason_of(error)) from error
            self._open = made
        self._open.sock.settimeout(within_s)
        return self._open

    def interrupt(self) -> None:
        """Ends what another thread waits for: it gets ServerSilent."""
        opened = self._open
        if opened is not None and opened.sock is not None:
            with suppress(OSError):  # it has ended by itself
                opened.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Ends the connection."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _new(self, within_s: float) -> http.client.HTTPConnection:
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=within_s)
        return http.client.HTTPSConnection(self._host, self._port, timeout=within_s, context=self._tls)


def _is_stale(opened: socket.socket | None) -> bool:
    """Whether an idle connection has ended: nothing is to be read from one that lives."""
    return opened is None or bool(select.select([opened], [], [], 0)[0])


def tls_of(settings: AgentSettings) -> ssl.SSLContext:
    """How the server proves who it is. AgentFault: the file of the authority cannot be read."""
    try:
        return ssl.create_default_context(cafile=settings.authority)
    except OSError as error:
        raise AgentFault("wrong_authority", file=settings.authority, why=error) from error


def reason_of(error: Exception) -> str:
    """Why no answer came, in the system's words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return str(error) or type(error).__name__
