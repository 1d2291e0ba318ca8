"""The loop of the print gateway: ask for a job, fetch it, print it, report its verdict.

A ticket is fetched once and printed once at most, whatever happens after the fetch. A verdict is repeated
until the server answers. Requests go to the hall's server on one connection that stays open (protocol:
docs/rules/pulled-printers.md). No redirect is followed and no proxy is used: the secret goes to the address
of the settings only.
"""

import base64
import http.client
import json
import secrets
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlsplit

from hardware.status import PrinterState
from hardware.verdict import HeldTicket, PrintOutcome, Verdict, check_held, clear_held
from kiosk.agent import GatewayFault, GatewaySettings
from kiosk.agent.local_printer import LocalPrinter

WITHIN_S = 10.0
"""The longest each step of a request may take."""
LARGEST_ANSWER_BYTES = 4 * 1024 * 1024
AGE_HEADER = "X-Parvis-Age"
_MAY_ANSWER_LATER = (429, 500, 502, 503, 504)
POLL_S = 0.5
INTERVAL_S = 1
"""The server gets it in whole seconds."""
AGAIN_S = 2.0
"""After the server did not answer, or refused."""
HELD_FOR_S = 55.0
"""The age at which a ticket that a stopped printer keeps is dropped: the server gives it up at 60 s."""
SHARED, FORBIDDEN, WRONG_SECRET = 409, 403, 401


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


type Reporter = Callable[..., None]
"""Called with the key of a sentence and its values, once for each change."""


@dataclass(frozen=True, slots=True)
class UnreportedVerdict:
    """The verdict of a ticket that the server does not know yet."""

    offer: str
    verdict: str
    why: str | None


@dataclass(frozen=True, slots=True)
class TicketInPrinter:
    """A ticket in a stopped printer. `drop_at_s`: when it is dropped, by the monotonic clock."""

    offer: str
    held: HeldTicket
    drop_at_s: float


class Gateway:
    """One run of the gateway between a server and a printer."""

    def __init__(
        self,
        server: HallServer,
        printer: LocalPrinter,
        report: Reporter,
        *,
        elapsed_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.server = server
        self.printer = printer
        self.unreported: UnreportedVerdict | None = None
        self.in_printer: TicketInPrinter | None = None
        self._report = report
        self._elapsed_s = elapsed_s
        self._reported: dict[str, object] = {}
        self._has_begun = False
        self._held_because: tuple[str, str | None] | None = None
        """The last ticket that the printer held, and why: it is reported once."""

    def step(self) -> float:
        """One turn; the seconds until the next."""
        if not self._has_begun:
            self.printer.drop_leftovers()
            self._has_begun = True
        if self.in_printer is not None:
            self._follow(self.in_printer)
        state = self.printer.state()
        self._report_change("printer", f"kiosk_agent.printer.{state.value}")
        try:
            self._confirm()
            answer = self._poll(state)
            if answer.offer is None or self.in_printer is not None or not state.may_print:
                return POLL_S
            return self._print(answer.offer)
        except ServerSilent as silent:
            self._report_change("server", "kiosk_agent.server.silent", why=str(silent))
        except ServerRefused as refused:
            self._report_change("server", sentence_of_status(refused.status), status=refused.status)
        return AGAIN_S

    def leave(self) -> None:
        """Reports what the server does not know, and frees the printer for another run."""
        if self.in_printer is not None:
            why = self.in_printer.held.outcome.why
            self.in_printer.held.release()
            self.unreported, self.in_printer = UnreportedVerdict(self.in_printer.offer, "unknown", why), None
        try:
            self._confirm()
            state = self.printer.state().value
            self.server.poll(state, is_printing=False, interval_s=INTERVAL_S, leaves=True)
        except (ServerSilent, ServerRefused):
            pass  # the server finds out by the silence
        finally:
            self.server.close()

    def _poll(self, state: PrinterState) -> PollAnswer:
        is_printing = self.in_printer is not None
        answer = self.server.poll(state.value, is_printing=is_printing, interval_s=INTERVAL_S)
        self._report_change("server", "kiosk_agent.server.right")
        self.printer.dialect = answer.dialect
        return answer

    def _print(self, offer: str) -> float:
        try:
            fetched = self.server.fetch(offer)
        except ServerRefused as refused:
            if refused.is_for_now:  # a proxy may say so after the server has handed it over
                self.unreported = UnreportedVerdict(offer, "unknown", "connection_lost")
            if refused.is_for_now or refused.status == SHARED:
                raise
            return POLL_S  # another printer has it by now, or its time is over
        except ServerSilent:
            self.unreported = UnreportedVerdict(offer, "unknown", "connection_lost")
            raise
        outcome = self.printer.print(fetched.blob)
        self._judge(offer, outcome, drop_at_s=self._elapsed_s() + HELD_FOR_S - fetched.age_s)
        self._confirm()
        return POLL_S if outcome.verdict is Verdict.REFUSED else 0.0

    def _judge(self, offer: str, outcome: PrintOutcome, *, drop_at_s: float) -> None:
        """Keeps the verdict to report, and the ticket where the printer holds it."""
        self.in_printer = None if outcome.held is None else TicketInPrinter(offer, outcome.held, drop_at_s)
        is_held = outcome.verdict is Verdict.HELD
        if is_held and self._held_because == (offer, outcome.why):
            return
        self.unreported = UnreportedVerdict(offer, outcome.verdict.value, outcome.why)
        self._held_because = (offer, outcome.why) if is_held else None

    def _follow(self, ticket: TicketInPrinter) -> None:
        """Checks a ticket that the printer holds; makes the printer drop one that is too old."""
        if self._elapsed_s() < ticket.drop_at_s:
            outcome = check_held(ticket.held)
            self._judge(ticket.offer, outcome, drop_at_s=ticket.drop_at_s)
            self.printer.note(outcome.state_after or outcome.state_before)
            return
        why = ticket.held.outcome.why
        self.unreported = UnreportedVerdict(
            ticket.offer, "cleared" if clear_held(ticket.held) else "unknown", why
        )
        self.in_printer = None

    def _confirm(self) -> None:
        """Reports the verdict that the server does not know yet; keeps it until the server answers."""
        if self.unreported is None:
            return
        unreported = self.unreported
        try:
            self.server.confirm(unreported.offer, unreported.verdict, unreported.why)
        except ServerRefused as refused:
            if refused.is_for_now or refused.status in (WRONG_SECRET, FORBIDDEN):
                raise
        self._report(f"kiosk_agent.ticket.{unreported.verdict}", why=unreported.why or "–")
        self.unreported = None

    def _report_change(self, subject: str, key: str, **values: object) -> None:
        if self._reported.get(subject) != (key, values):
            self._reported[subject] = (key, values)
            self._report(key, **values)


def sentence_of_status(status: int) -> str:
    """The key of what a status of HTTP means for the people at this computer."""
    meant = {WRONG_SECRET: "wrong_secret", FORBIDDEN: "forbidden", SHARED: "shared", 429: "too_often"}
    return f"kiosk_agent.server.{meant.get(status, 'refused')}"
