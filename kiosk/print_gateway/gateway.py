"""The loop of the print gateway: ask for a job, fetch it, print it, report its verdict.

A ticket is fetched once and printed once at most, whatever happens after the fetch. A verdict is repeated
until the server answers.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from hardware.status import PrinterState
from hardware.verdict import HeldTicket, PrintOutcome, Verdict, check_held, clear_held
from kiosk.print_gateway.hall_server import HallServer, PollAnswer, ServerRefused, ServerSilent
from kiosk.print_gateway.local_printer import LocalPrinter

POLL_S = 0.5
INTERVAL_S = 1
"""The server gets it in whole seconds."""
AGAIN_S = 2.0
"""After the server did not answer, or refused."""
HELD_FOR_S = 55.0
"""The age at which a ticket that a stopped printer keeps is dropped: the server gives it up at 60 s."""
SHARED, FORBIDDEN, WRONG_SECRET = 409, 403, 401

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
        self._report_change("printer", f"print_gateway.printer.{state.value}")
        try:
            self._confirm()
            answer = self._poll(state)
            if answer.offer is None or self.in_printer is not None or not state.may_print:
                return POLL_S
            return self._print(answer.offer)
        except ServerSilent as silent:
            self._report_change("server", "print_gateway.server.silent", why=str(silent))
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
        self._report_change("server", "print_gateway.server.right")
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
        self._report(f"print_gateway.ticket.{unreported.verdict}", why=unreported.why or "–")
        self.unreported = None

    def _report_change(self, subject: str, key: str, **values: object) -> None:
        if self._reported.get(subject) != (key, values):
            self._reported[subject] = (key, values)
            self._report(key, **values)


def sentence_of_status(status: int) -> str:
    """The key of what a status of HTTP means for the people at this computer."""
    meant = {WRONG_SECRET: "wrong_secret", FORBIDDEN: "forbidden", SHARED: "shared", 429: "too_often"}
    return f"print_gateway.server.{meant.get(status, 'refused')}"
