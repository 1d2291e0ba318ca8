"""The loop of the print gateway: ask for a job, fetch it, print it, say what became of it.

A fetched ticket is printed once at most: whatever happens after the fetch, it is not asked for again. What
the server does not hear is repeated until it answers.
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

type Tell = Callable[..., None]
"""Called with the key of a sentence and its values, once whenever something changes."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What became of a ticket, which the server has not heard yet."""

    offer: str
    verdict: str
    why: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A ticket in a stopped printer. `drop_at_s`: when it is dropped, by the clock that only runs on."""

    offer: str
    ticket: HeldTicket
    drop_at_s: float


class Gateway:
    """One run of the gateway between a server and a printer."""

    def __init__(
        self,
        server: HallServer,
        printer: LocalPrinter,
        tell: Tell,
        *,
        elapsed_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.server = server
        self.printer = printer
        self.owed: Owed | None = None
        self.kept: Kept | None = None
        self._tell = tell
        self._elapsed_s = elapsed_s
        self._told: dict[str, object] = {}
        self._has_begun = False
        self._held_because: tuple[str, str | None] | None = None
        """The last ticket that was kept by the printer, and why: the server has to hear it once."""

    def step(self) -> float:
        """One turn; the seconds until the next."""
        if not self._has_begun:
            self.printer.drop_leftovers()
            self._has_begun = True
        if self.kept is not None:
            self._follow(self.kept)
        state = self.printer.state()
        self._say_once("printer", f"print_gateway.printer.{state.value}")
        try:
            self._confirm()
            answer = self._poll(state)
            if answer.offer is None or self.kept is not None or not state.may_print:
                return POLL_S
            return self._print(answer.offer)
        except ServerSilent as silent:
            self._say_once("server", "print_gateway.server.silent", why=str(silent))
        except ServerRefused as refused:
            self._say_once("server", sentence_of_status(refused.status), status=refused.status)
        return AGAIN_S

    def leave(self) -> None:
        """Says what is still to be said, and lets another run have the printer at once."""
        if self.kept is not None:
            why = self.kept.ticket.outcome.why
            self.kept.ticket.release()
            self.owed, self.kept = Owed(self.kept.offer, "unknown", why), None
        try:
            self._confirm()
            state = self.printer.state().value
            self.server.poll(state, is_printing=False, interval_s=INTERVAL_S, leaves=True)
        except (ServerSilent, ServerRefused):
            pass  # the server finds out by the silence
        finally:
            self.server.close()

    def _poll(self, state: PrinterState) -> PollAnswer:
        is_printing = self.kept is not None
        answer = self.server.poll(state.value, is_printing=is_printing, interval_s=INTERVAL_S)
        self._say_once("server", "print_gateway.server.right")
        self.printer.dialect = answer.dialect
        return answer

    def _print(self, offer: str) -> float:
        try:
            fetched = self.server.fetch(offer)
        except ServerRefused as refused:
            if refused.is_for_now:  # a proxy may say so after the server has handed it over
                self.owed = Owed(offer, "unknown", "connection_lost")
            if refused.is_for_now or refused.status == SHARED:
                raise
            return POLL_S  # another printer has it by now, or its time is over
        except ServerSilent:
            self.owed = Owed(offer, "unknown", "connection_lost")
            raise
        outcome = self.printer.print(fetched.blob)
        self._judge(offer, outcome, drop_at_s=self._elapsed_s() + HELD_FOR_S - fetched.age_s)
        self._confirm()
        return POLL_S if outcome.verdict is Verdict.REFUSED else 0.0

    def _judge(self, offer: str, outcome: PrintOutcome, *, drop_at_s: float) -> None:
        """Keeps what is to be said of a ticket, and the ticket where the printer keeps it."""
        self.kept = None if outcome.held is None else Kept(offer, outcome.held, drop_at_s)
        is_held = outcome.verdict is Verdict.HELD
        if is_held and self._held_because == (offer, outcome.why):
            return
        self.owed = Owed(offer, outcome.verdict.value, outcome.why)
        self._held_because = (offer, outcome.why) if is_held else None

    def _follow(self, kept: Kept) -> None:
        """The outcome of a ticket that the printer keeps; the printer drops one that is too old."""
        if self._elapsed_s() < kept.drop_at_s:
            outcome = check_held(kept.ticket)
            self._judge(kept.offer, outcome, drop_at_s=kept.drop_at_s)
            self.printer.note(outcome.state_after or outcome.state_before)
            return
        why = kept.ticket.outcome.why
        self.owed = Owed(kept.offer, "cleared" if clear_held(kept.ticket) else "unknown", why)
        self.kept = None

    def _confirm(self) -> None:
        """Says what is owed; it stays so while the server does not answer."""
        if self.owed is None:
            return
        owed = self.owed
        try:
            self.server.confirm(owed.offer, owed.verdict, owed.why)
        except ServerRefused as refused:
            if refused.is_for_now or refused.status in (WRONG_SECRET, FORBIDDEN):
                raise
        self._tell(f"print_gateway.ticket.{owed.verdict}", why=owed.why or "–")
        self.owed = None

    def _say_once(self, subject: str, key: str, **values: object) -> None:
        if self._told.get(subject) != (key, values):
            self._told[subject] = (key, values)
            self._tell(key, **values)


def sentence_of_status(status: int) -> str:
    """The key of what a status of HTTP means for the people at this computer."""
    meant = {WRONG_SECRET: "wrong_secret", FORBIDDEN: "forbidden", SHARED: "shared", 429: "too_often"}
    return f"print_gateway.server.{meant.get(status, 'refused')}"
