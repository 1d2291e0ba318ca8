"""The printing loop: papers of the kiosk's own tickets first, then those that the server has for its printer.

A paper is fetched once and printed once at most, whatever happens after the fetch. A verdict is repeated
until the server answers (protocol: docs/rules/pulled-printers.md).
"""

import base64
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from hardware.status import PrinterState
from hardware.verdict import HeldTicket, PrintOutcome, Verdict, check_held, clear_held
from kiosk.agent.hall_link import HallLink
from kiosk.agent.local_printer import LocalPrinter
from kiosk.agent.own_tickets import provision_in
from kiosk.agent.server_line import Answer, NeverSent, ServerLine, ServerRefused, ServerSilent

AGE_HEADER = "X-Parvis-Age"
POLL_S = 0.5
INTERVAL_S = 1
"""The server gets it in whole seconds."""
AGAIN_S = 2.0
"""After the server did not answer, or refused."""
HELD_FOR_S = 55.0
"""The age at which a ticket that a stopped printer keeps is dropped: the server gives it up at 60 s."""
SHARED, FORBIDDEN, WRONG_SECRET = 409, 403, 401


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
class PrinterIdentity:
    """Who asks for the papers of a printer: the slug of the hall, the id of the kiosk, its token."""

    hall: str
    kiosk: str
    token: str


class PaperServer:
    """The papers that the server has for the kiosk's printer. `program` names this run of the agent.

    `identity()`: whose papers; None while the kiosk is not paired. `former`: the run before this one, which
    may have been killed: it leaves first, so that nobody waits for its silence.
    """

    def __init__(
        self,
        line: ServerLine,
        identity: Callable[[], PrinterIdentity | None],
        *,
        former: str | None = None,
    ) -> None:
        self._line = line
        self._identity = identity
        self._former = former
        self.program = secrets.token_hex(8)

    def poll(self, state: str, *, is_printing: bool, interval_s: int, leaves: bool = False) -> PollAnswer:
        """Reports the printer's state and asks for a job. Raises ServerSilent, ServerRefused."""
        if self._former is not None:
            former, self._former = self._former, None
            self._report(former, state, is_printing=False, interval_s=interval_s, leaves=True)
        answer = self._report(
            self.program, state, is_printing=is_printing, interval_s=interval_s, leaves=leaves
        )
        return PollAnswer(None, "epson") if answer.status == 204 else _poll_answer(answer.expect(200))

    def _report(
        self, program: str, state: str, *, is_printing: bool, interval_s: int, leaves: bool
    ) -> Answer:
        report = {
            "program": program,
            "state": state,
            "is_printing": is_printing,
            "interval_s": interval_s,
            "leaves": leaves,
        }
        body = json.dumps(report).encode()
        try:
            return self._send("POST", "", body)
        except ServerSilent:  # the server may have closed an idle connection; a poll may be repeated
            return self._send("POST", "", body)

    def fetch(self, offer: str) -> FetchedTicket:
        """Fetches the ticket of an offer, which nobody can fetch again.

        Raises ServerRefused, and ServerSilent: the ticket may have been handed over without its bytes.
        """
        answer = self._send("GET", f"?job={quote(offer)}&program={self.program}").expect(200)
        try:
            return FetchedTicket(answer.body, float(answer.headers.get(AGE_HEADER, "0")))
        except ValueError:
            return FetchedTicket(answer.body, 0.0)

    def confirm(self, offer: str, verdict: str, why: str | None) -> None:
        """Reports the verdict of a ticket; may be repeated. Raises ServerSilent, ServerRefused."""
        body = json.dumps({"verdict": verdict, "why": why}).encode()
        self._send("PUT", f"?job={quote(offer)}", body).expect(204)

    def interrupt(self) -> None:
        """Ends a request that waits for its answer: a paper of the kiosk's own is more urgent."""
        self._line.interrupt()

    def close(self) -> None:
        """Ends the connection."""
        self._line.close()

    def _send(self, method: str, query: str, body: bytes = b"") -> Answer:
        asking = self._identity()
        if asking is None:
            raise NeverSent("not paired")
        pair = base64.b64encode(f"{asking.kiosk}:{asking.token}".encode()).decode()
        headers = {"Authorization": f"Basic {pair}"} | ({"Content-Type": "application/json"} if body else {})
        path = f"/impression/gateway/{quote(asking.hall)}/{quote(asking.kiosk)}{query}"
        return self._line.send(method, path, headers, body or None)


def _poll_answer(answer: Answer) -> PollAnswer:
    sent = answer.json()
    offer = sent.get("offer")
    return PollAnswer(offer if isinstance(offer, str) else None, str(sent.get("dialect")))


@dataclass(frozen=True, slots=True)
class OwnPaper:
    """A paper of a ticket that the kiosk gave by itself: the press, the printer's bytes, the ticket's age."""

    press: str
    blob: bytes
    age_s: float


class OwnPapers:
    """The papers of tickets that the kiosk gave by itself, drawn for its printer."""

    def __init__(self, link: HallLink, fonts_dir: Path) -> None:
        self._link, self._fonts_dir = link, fonts_dir

    def next(self) -> OwnPaper | None:
        """The oldest that was not tried and that somebody still waits for; it counts as tried from now on."""
        journal, provision = self._link.journal, provision_in(self._link.kept)
        if provision is None or provision.profile is None:
            return None
        while (press := journal.to_print()) is not None:
            age_s = self._link.clock.age_s(press.moment)
            if age_s is None or age_s > HELD_FOR_S:
                journal.note(press.id, verdict="unknown" if age_s is None else "refused")
                continue
            try:
                blob = provision.paper(press, self._fonts_dir)
            except (OSError, ValueError, KeyError):
                journal.note(press.id, verdict="refused")
                continue
            journal.note(press.id, verdict="printing")
            return OwnPaper(press.id, blob, age_s)
        return None

    def confirm(self, press: str, verdict: str) -> None:
        """Keeps what became of one."""
        self._link.journal.note(press, verdict=verdict)

    def may_fetch(self) -> bool:
        """Whether papers of the server may be printed: no press may get one of each."""
        return self._link.state == "up" and not self._link.journal.is_paper_open(self._link.clock)

    def count(self) -> int:
        """It has grown when a press was sent to the server meanwhile."""
        return self._link.journal.sent_count


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
    """A ticket in a stopped printer. `drop_at_s`: when it is dropped, by the monotonic clock.

    `is_own`: the kiosk gave it by itself; `offer` is its press.
    """

    offer: str
    held: HeldTicket
    drop_at_s: float
    is_own: bool


class Gateway:
    """One run of the loop between a server, the kiosk's own tickets and a printer."""

    def __init__(
        self,
        server: PaperServer,
        printer: LocalPrinter,
        report: Reporter,
        *,
        own: OwnPapers | None = None,
        elapsed_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.server = server
        self.printer = printer
        self.unreported: UnreportedVerdict | None = None
        self.in_printer: TicketInPrinter | None = None
        self._own = own
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
        own = None if self._own is None else self._own.next()
        if own is not None:
            outcome = self.printer.print(own.blob)
            self._judge(own.press, outcome, drop_at_s=self._elapsed_s() + HELD_FOR_S - own.age_s, is_own=True)
            return 0.0
        state = self.printer.state()
        self._report_change("printer", f"kiosk_agent.printer.{state.value}")
        if self._own is not None and not self._own.may_fetch():
            return POLL_S
        try:
            return self._serve(state)
        except NeverSent:
            return POLL_S  # the link says so
        except ServerSilent as silent:
            self._report_change("server", "kiosk_agent.server.silent", why=str(silent))
        except ServerRefused as refused:
            self._report_change("server", sentence_of_status(refused.status), status=refused.status)
        return AGAIN_S

    def leave(self) -> None:
        """Reports what the server does not know, and frees the printer for another run."""
        if self.in_printer is not None:
            ticket, self.in_printer = self.in_printer, None
            ticket.held.release()
            self._note(ticket, "unknown", ticket.held.outcome.why)
        try:
            self._confirm()
            state = self.printer.state().value
            self.server.poll(state, is_printing=False, interval_s=INTERVAL_S, leaves=True)
        except (ServerSilent, ServerRefused):
            pass  # the server finds out by the silence
        finally:
            self.server.close()

    def _serve(self, state: PrinterState) -> float:
        """Prints a paper of the server, if it has one."""
        self._confirm()
        sent_before = 0 if self._own is None else self._own.count()
        answer = self._poll(state)
        if answer.offer is None or self.in_printer is not None or not state.may_print:
            return POLL_S
        if self._own is not None and (self._own.count() != sent_before or not self._own.may_fetch()):
            return POLL_S  # the offer may be that of a press whose answer is still awaited
        return self._print(answer.offer)

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
        except NeverSent:
            raise
        except ServerSilent:
            self.unreported = UnreportedVerdict(offer, "unknown", "connection_lost")
            raise
        outcome = self.printer.print(fetched.blob)
        self._judge(offer, outcome, drop_at_s=self._elapsed_s() + HELD_FOR_S - fetched.age_s, is_own=False)
        self._confirm()
        return POLL_S if outcome.verdict is Verdict.REFUSED else 0.0

    def _judge(self, offer: str, outcome: PrintOutcome, *, drop_at_s: float, is_own: bool) -> None:
        """Notes the verdict, and the ticket where the printer holds it."""
        self.in_printer = (
            None if outcome.held is None else TicketInPrinter(offer, outcome.held, drop_at_s, is_own)
        )
        is_held = outcome.verdict is Verdict.HELD
        if is_held and self._held_because == (offer, outcome.why):
            return
        self._held_because = (offer, outcome.why) if is_held else None
        if is_own:
            self._confirm_own(offer, outcome.verdict.value, outcome.why)
        else:
            self.unreported = UnreportedVerdict(offer, outcome.verdict.value, outcome.why)

    def _follow(self, ticket: TicketInPrinter) -> None:
        """Checks a ticket that the printer holds; makes the printer drop one that is too old."""
        if self._elapsed_s() < ticket.drop_at_s:
            outcome = check_held(ticket.held)
            self._judge(ticket.offer, outcome, drop_at_s=ticket.drop_at_s, is_own=ticket.is_own)
            self.printer.note(outcome.state_after or outcome.state_before)
            return
        why = ticket.held.outcome.why
        self._note(ticket, "cleared" if clear_held(ticket.held) else "unknown", why)
        self.in_printer = None

    def _note(self, ticket: TicketInPrinter, verdict: str, why: str | None) -> None:
        if ticket.is_own:
            self._confirm_own(ticket.offer, verdict, why)
        else:
            self.unreported = UnreportedVerdict(ticket.offer, verdict, why)

    def _confirm_own(self, press: str, verdict: str, why: str | None) -> None:
        assert self._own is not None
        self._own.confirm(press, verdict)
        self._report(f"kiosk_agent.ticket.{verdict}", why=why or "–")

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
