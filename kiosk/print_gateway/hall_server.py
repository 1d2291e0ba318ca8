"""Requests of the print gateway to the hall's server, on one connection that stays open.

The protocol: docs/rules/pulled-printers.md. No redirect is followed and no proxy is used: the secret goes to
the address of the settings only.
"""

import base64
import http.client
import json
import secrets
import socket
import ssl
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlsplit

from kiosk.print_gateway.settings import GatewayFault, GatewaySettings

WITHIN_S = 10.0
"""The longest each step of a request may take."""
LARGEST_ANSWER_BYTES = 4 * 1024 * 1024
AGE_HEADER = "X-Parvis-Age"
_MAY_ANSWER_LATER = (429, 500, 502, 503, 504)


class ServerSilent(Exception):
    """No answer came, or a part of one: nobody knows whether the request arrived."""


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
class PollAnswer:
    """The answer to a poll. `offer`: the name of a job, None: there is none. `dialect`: of the printer."""

    offer: str | None
    dialect: str


@dataclass(frozen=True, slots=True)
class FetchedTicket:
    """The bytes of a ticket, and the age of its job in seconds."""

    blob: bytes
    age_s: float


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    headers: http.client.HTTPMessage


class HallServer:
    """The server at the address of the settings. `program` names this run of the gateway.

    GatewayFault: the file of the authority cannot be read.
    """

    def __init__(self, settings: GatewaySettings) -> None:
        self._parts = urlsplit(settings.address)
        pair = base64.b64encode(f"{settings.user}:{settings.secret}".encode()).decode()
        self._headers = {"Authorization": f"Basic {pair}"}
        self._tls = _tls(settings) if self._parts.scheme == "https" else None
        self._open: http.client.HTTPConnection | None = None
        self.program = secrets.token_hex(8)

    def poll(self, state: str, *, is_printing: bool, interval_s: int, leaves: bool = False) -> PollAnswer:
        """Reports the printer's state and asks for a job. Raises ServerSilent, ServerRefused."""
        report = {
            "program": self.program,
            "state": state,
            "is_printing": is_printing,
            "interval_s": interval_s,
            "leaves": leaves,
        }
        body = json.dumps(report).encode()
        try:
            answer = self._send("POST", "", body)
        except ServerSilent:  # the server may have closed an idle connection; a poll may be repeated
            answer = self._send("POST", "", body)
        if answer.status == 204:
            return PollAnswer(None, "epson")
        return _poll_answer(_expect(answer, 200).body)

    def fetch(self, offer: str) -> FetchedTicket:
        """Fetches the ticket of an offer, which nobody can fetch again.

        Raises ServerRefused, and ServerSilent: the ticket may have been handed over without its bytes.
        """
        answer = _expect(self._send("GET", f"?job={quote(offer)}&program={self.program}"), 200)
        try:
            return FetchedTicket(answer.body, float(answer.headers.get(AGE_HEADER, "0")))
        except ValueError:
            return FetchedTicket(answer.body, 0.0)

    def confirm(self, offer: str, verdict: str, why: str | None) -> None:
        """Reports the verdict of a ticket; may be repeated. Raises ServerSilent, ServerRefused."""
        body = json.dumps({"verdict": verdict, "why": why}).encode()
        _expect(self._send("PUT", f"?job={quote(offer)}", body), 204)

    def check(self) -> float | None:
        """Tries address and secret; the server's clock in seconds since 1970, None where it sends none.

        Raises ServerSilent, ServerRefused.
        """
        answer = _expect(self._send("GET", ""), 204)
        try:
            return parsedate_to_datetime(answer.headers.get("Date", "")).timestamp()
        except ValueError:
            return None

    def close(self) -> None:
        """Ends the connection."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _send(self, method: str, query: str, body: bytes = b"") -> _Answer:
        try:
            return self._answered(method, f"{self._parts.path}{query}", body)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise ServerSilent(_why(error)) from error

    def _answered(self, method: str, path: str, body: bytes) -> _Answer:
        if self._open is None:
            self._open = self._connected()
        headers = self._headers | ({"Content-Type": "application/json"} if body else {})
        self._open.request(method, path, body=body or None, headers=headers)
        answer = self._open.getresponse()
        received = answer.read(LARGEST_ANSWER_BYTES + 1)
        expected = answer.headers.get("Content-Length")
        is_short = expected is not None and answer.status == 200 and int(expected) != len(received)
        if is_short or len(received) > LARGEST_ANSWER_BYTES:
            raise http.client.IncompleteRead(received)
        return _Answer(answer.status, received, answer.headers)

    def _connected(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._tls is None:
            made = http.client.HTTPConnection(host, port, timeout=WITHIN_S)
        else:
            made = http.client.HTTPSConnection(host, port, timeout=WITHIN_S, context=self._tls)
        made.connect()
        made.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made


def _expect(answer: _Answer, status: int) -> _Answer:
    if answer.status != status:
        raise ServerRefused(answer.status)
    return answer


def _poll_answer(body: bytes) -> PollAnswer:
    try:
        sent = json.loads(body)
    except ValueError:
        raise ServerSilent("not JSON") from None
    offer = sent.get("offer") if isinstance(sent, dict) else None
    dialect = sent.get("dialect") if isinstance(sent, dict) else None
    return PollAnswer(offer if isinstance(offer, str) else None, str(dialect))


def _tls(settings: GatewaySettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.authority)
    except OSError as error:
        raise GatewayFault("wrong_authority", file=settings.authority, why=error) from error


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return str(error) or type(error).__name__
