"""One print job from sending to its verdict: printed, held, unknown or refused.

The rule: a printer that cannot print is sent nothing (`refused`, the only verdict a machine may send again).
Once bytes have left, only the printer's own word makes `printed`: its process id, or the sensor answer, which
it gives after all earlier bytes, and a last status that still may print. A printer that stops keeps the bytes
and prints them when paper is back: `held`, never sent again, followed until it prints or is `unknown`.
Silence and a broken connection after the bytes are `unknown`.
"""

import time
from dataclasses import dataclass, field, replace
from enum import StrEnum

from hardware.status import (
    ALL_QUERIES,
    BUFFER_CLEARED,
    CLEAR_BUFFER,
    SENSOR_QUERY,
    Abilities,
    Answer,
    PrinterDeadlines,
    PrinterDialogue,
    PrinterState,
    ask_abilities,
    ask_state,
    has_ticket_in_outlet,
    is_process_id_answer,
    process_id_question,
)
from hardware.transports import ConnectionLost, PrinterAddress, PrinterUnreachable, SendDeadline

_DEADLINES = PrinterDeadlines()


class Verdict(StrEnum):
    """What became of a print job."""

    PRINTED = "printed"
    HELD = "held"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PrinterTraits:
    """The capabilities of a printer, found at its installation.

    `tells_outlet`: it answers the full status of Custom, which says whether a ticket is in its outlet.
    """

    has_process_id: bool = False
    tells_outlet: bool = False
    queries: tuple[int, ...] = ALL_QUERIES


@dataclass(frozen=True, slots=True)
class PrintOutcome:
    """A verdict and why: a PrinterState, `connection_lost`, `send_deadline`, `no_confirmation` or None.

    `held` is there exactly when the verdict is held, and keeps the printer's connection: follow it, clear it
    or release it.
    """

    verdict: Verdict
    why: str | None
    state_before: PrinterState
    state_after: PrinterState | None
    held: "HeldTicket | None" = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class HeldTicket:
    """A ticket in the buffer of a stopped printer, and the open connection on which its answer will come."""

    talk: PrinterDialogue
    job_number: int
    traits: PrinterTraits
    deadlines: PrinterDeadlines
    outcome: PrintOutcome
    is_confirmed: bool = False
    """The printer had done all bytes when it stopped: their last dots may still be under the head."""

    def release(self) -> None:
        """Let go of the printer; what its buffer holds may still be printed."""
        self.talk.connection.close()


def read_state(
    address: PrinterAddress, *, deadlines: PrinterDeadlines = _DEADLINES, traits: PrinterTraits | None = None
) -> PrinterState:
    """The printer's state now, on a connection of its own (`mute` while it serves another connection)."""
    try:
        connection = address.connect(within_s=deadlines.connect_s)
    except PrinterUnreachable:
        return PrinterState.UNREACHABLE
    traits, within_s = traits or PrinterTraits(), deadlines.status_s
    talk = PrinterDialogue(connection, expects_full=traits.tells_outlet)
    try:
        state = ask_state(talk, within_s=within_s, queries=traits.queries)
        if state.may_print and traits.tells_outlet and has_ticket_in_outlet(talk, within_s=within_s):
            return PrinterState.NOT_TAKEN
        return state
    except ConnectionLost:
        return PrinterState.UNREACHABLE
    except SendDeadline:
        return PrinterState.MUTE
    finally:
        connection.close()


def probe(address: PrinterAddress, *, deadlines: PrinterDeadlines = _DEADLINES) -> Abilities:
    """The answers of the printer, queried at its installation.

    Raises PrinterUnreachable, ConnectionLost, SendDeadline.
    """
    connection = address.connect(within_s=deadlines.connect_s)
    try:
        return ask_abilities(PrinterDialogue(connection), within_s=deadlines.status_s)
    finally:
        connection.close()


def print_document_bytes(
    address: PrinterAddress,
    blob: bytes,
    *,
    job_number: int,
    traits: PrinterTraits | None = None,
    deadlines: PrinterDeadlines = _DEADLINES,
) -> PrintOutcome:
    """Print one ticket's bytes once, and say what became of them.

    Takes at most connect + 4 × status + send + barrier + 8 × status seconds, and twice the seconds that the
    line needs for the bytes. One call per printer at a time: the caller holds the printer's lease. Raises
    nothing for what a printer does.
    """
    traits = traits or PrinterTraits()
    try:
        connection = address.connect(within_s=deadlines.connect_s)
    except PrinterUnreachable:
        return _refused(PrinterState.UNREACHABLE)
    deadlines = deadlines.over(address.seconds_for(len(blob)))
    talk = PrinterDialogue(connection, expects_full=traits.tells_outlet)
    attempt = _Attempt(talk, job_number, traits, deadlines)
    outcome: PrintOutcome | None = None
    try:
        outcome = attempt.run(blob)
        return outcome
    finally:
        if outcome is None or outcome.held is None:
            connection.close()


def check_held(ticket: HeldTicket) -> PrintOutcome:
    """The present verdict of a held ticket: printed, unknown, or still held, perhaps for another reason.

    Takes a few status deadlines, and the barrier's when the printer is back.
    """
    attempt = _Attempt(ticket.talk, ticket.job_number, ticket.traits, ticket.deadlines)
    outcome = attempt.checked(ticket)
    if outcome.held is None:
        ticket.release()
    return outcome


def clear_held(ticket: HeldTicket) -> bool:
    """Make the printer drop a held ticket; True once it confirms. The connection is closed."""
    try:
        return _cleared(ticket.talk, ticket.deadlines)
    finally:
        ticket.release()


def clear_buffer(address: PrinterAddress, *, deadlines: PrinterDeadlines = _DEADLINES) -> bool:
    """Make the printer drop everything unprinted (DLE DC4 fn 8); True once it confirms.

    False: it may still print; have it switched off and on before its cover is closed.
    """
    try:
        connection = address.connect(within_s=deadlines.connect_s)
    except PrinterUnreachable:
        return False
    try:
        return _cleared(PrinterDialogue(connection), deadlines)
    finally:
        connection.close()


def _cleared(talk: PrinterDialogue, deadlines: PrinterDeadlines) -> bool:
    try:
        answer = talk.ask(CLEAR_BUFFER, "block", within_s=deadlines.status_s)
    except (ConnectionLost, SendDeadline):
        return False
    return answer is not None and answer.content == BUFFER_CLEARED


def _refused(state: PrinterState, why: str | None = None) -> PrintOutcome:
    return PrintOutcome(Verdict.REFUSED, why or state.value, state, None)


@dataclass(slots=True)
class _Attempt:
    talk: PrinterDialogue
    job_number: int
    traits: PrinterTraits
    deadlines: PrinterDeadlines
    before: PrinterState = PrinterState.READY

    def run(self, blob: bytes) -> PrintOutcome:
        try:
            self.before = self._state()
        except ConnectionLost:
            return _refused(PrinterState.UNREACHABLE)
        except SendDeadline:
            return _refused(PrinterState.MUTE)
        if not self.before.may_print:
            return _refused(self.before)
        try:
            self.talk.drain("sensor", "block")
            self.talk.connection.send(blob, within_s=self.deadlines.send_s)
        except (ConnectionLost, SendDeadline) as failure:
            if failure.sent == 0:
                return _refused(self.before, failure.code)
            if isinstance(failure, SendDeadline):  # else the next ticket would complete this one
                _cleared(self.talk, self.deadlines)
            return self._unknown(failure.code)
        try:
            self._ask_for_confirmation()
            return self._awaited()
        except (ConnectionLost, SendDeadline) as failure:
            return self._unknown(failure.code)

    def checked(self, ticket: HeldTicket) -> PrintOutcome:
        """The outcome of a held ticket now."""
        self.before = ticket.outcome.state_before
        try:
            if self._is_confirmed(within_s=0):
                return self._confirmed()
            state = self._state()
            if state.may_print:
                # the earlier question is not sent again: a cleared buffer would answer a new one
                return self._confirmed() if ticket.is_confirmed else self._awaited()
        except (ConnectionLost, SendDeadline) as failure:
            return self._unknown(failure.code)
        if state is PrinterState.MUTE:
            return self._unknown(state.value, state)
        return self._hold(state, is_confirmed=ticket.is_confirmed)

    def _state(self) -> PrinterState:
        return ask_state(self.talk, within_s=self.deadlines.status_s, queries=self.traits.queries)

    def _ask_for_confirmation(self) -> None:
        question = process_id_question(self.job_number) if self.traits.has_process_id else SENSOR_QUERY
        self.talk.connection.send(question, within_s=self.deadlines.status_s)

    def _is_confirmed(self, *, within_s: float) -> bool:
        ends_at = time.monotonic() + within_s
        while True:
            left_s = max(0.0, ends_at - time.monotonic())
            answer = self.talk.wait("sensor", "block", within_s=left_s)
            if answer is None:
                return False
            if self._confirms(answer):
                return True

    def _confirms(self, answer: Answer) -> bool:
        if self.traits.has_process_id:
            return is_process_id_answer(answer, self.job_number)
        return answer.kind == "sensor"

    def _awaited(self) -> PrintOutcome:
        """Wait for the confirmation, and while it does not come ask whether the printer has stopped."""
        ends_at = time.monotonic() + self.deadlines.barrier_s
        state = self.before
        while (left_s := ends_at - time.monotonic()) > 0:
            if self._is_confirmed(within_s=min(self.deadlines.ask_again_s, left_s)):
                return self._confirmed()
            state = self._state()
            # mute so far may be a slow line that still carries the bytes: the barrier's deadline decides
            if not state.may_print and state is not PrinterState.MUTE:
                return self._hold(state)
        return self._unknown("mute" if state is PrinterState.MUTE else "no_confirmation", state)

    def _confirmed(self) -> PrintOutcome:
        """Everything before the question was done; without a process id the last status must agree."""
        try:
            after = self._state()
        except (ConnectionLost, SendDeadline) as failure:
            if self.traits.has_process_id:
                return PrintOutcome(Verdict.PRINTED, None, self.before, None)
            return self._unknown(failure.code)
        if self.traits.has_process_id or after.may_print:
            return PrintOutcome(Verdict.PRINTED, None, self.before, after)
        if after is PrinterState.MUTE:
            return self._unknown(after.value, after)
        return self._hold(after, is_confirmed=True)

    def _unknown(self, why: str, after: PrinterState | None = None) -> PrintOutcome:
        return PrintOutcome(Verdict.UNKNOWN, why, self.before, after)

    def _hold(self, state: PrinterState, *, is_confirmed: bool = False) -> PrintOutcome:
        outcome = PrintOutcome(Verdict.HELD, state.value, self.before, state)
        ticket = HeldTicket(
            self.talk, self.job_number, self.traits, self.deadlines, outcome, is_confirmed=is_confirmed
        )
        return replace(outcome, held=ticket)
