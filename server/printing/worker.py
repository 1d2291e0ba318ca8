"""The loop of one printer: take the lease, print the oldest job, wait for the paper, give the verdict.

A printer that cannot print is sent nothing: the job goes to its backup printer, or is tried again until it is
a minute old, then cancelled. What was sent is never sent again. Nothing here runs in a web request.
"""

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import structlog

from hardware.status import PrinterDeadlines, PrinterState
from hardware.verdict import HeldTicket, PrintOutcome, Verdict, check_held, clear_held, print_document_bytes
from server.apart import CallApart
from server.domain.hall.devices import PrinterConnection
from server.domain.printing.handovers import PrintEnd
from server.domain.refusals import Refusal
from server.printing import LeaseLost, PrinterLease, PrinterWatch
from server.printing.documents import TicketPrinting, read_paper_content, ticket_bytes
from server.store.devices import print_jobs
from server.store.devices.print_jobs import OpenJob
from server.store.devices.printers import PrinterLeaseToken
from server.store.transactions.database import Database
from server.usecases.printing.print_jobs import end_prints, note_print, refuse_jobs, start_print

log = structlog.get_logger()

QUEUED, SENDING, DONE, CANCELLED = "queued", "sending", "done", "cancelled"


@dataclass(frozen=True, slots=True)
class PrintingPace:
    """The times of a printer's loop, in seconds. `age_limit_s`: older tickets are not printed, since their
    visitors have left.

    `between_jobs_s`: a pause as long as a printer needs for a ticket; it bounds the load of printing.
    """

    age_limit_s: float = 60.0
    retry_s: float = 1.5
    look_s: float = 0.5
    poll_s: float = 10.0
    lease_check_s: float = 2.0
    between_jobs_s: float = 0.2
    deadlines: PrinterDeadlines = field(default_factory=PrinterDeadlines)


@dataclass(frozen=True, slots=True)
class Printing:
    """The values that the printers' loops of one process share.

    `off_loop(work, *values)` computes without holding up the others; `tell(job)` is called when a job has a
    verdict that is not final; `holder` names this process in leases; `cables` is the folder of simulated
    printers that are not on the network.
    """

    database: Database
    tickets: TicketPrinting
    holder: str
    off_loop: CallApart
    tell: Callable[[str], None]
    cables: Path
    pace: PrintingPace = field(default_factory=PrintingPace)


class PrinterWorker:
    """The loop of one printer. `wake` makes it look for jobs, `stop` ends it."""

    def __init__(self, printing: Printing, printer: str, connection: PrinterConnection) -> None:
        self.printing = printing
        self.printer = printer
        self.connection = connection
        self.lease = PrinterLease(printing.database, printer, printing.holder)
        self.watch = PrinterWatch(
            printing.database,
            printing.cables / printer,
            poll_s=printing.pace.poll_s,
            deadlines=printing.pace.deadlines,
        )
        self.failures = 0
        self.ended = threading.Event()
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._may_have_jobs = True
        """Somebody woke the loop: who queues a job does, and every half second who finds one left."""
        self._is_blocked = False
        self._job_number = secrets.randbelow(10_000)
        self._verdicts: dict[str, PrintEnd] = {}
        """Ends that are known but perhaps not in the database yet."""

    def wake(self) -> None:
        """Makes the loop look for jobs now."""
        self._awake.set()

    def stop(self) -> None:
        """Ends the loop after the present job."""
        self._stopping.set()
        self._awake.set()

    def run(self) -> None:
        """Drives the printer until stopped, and releases its lease."""
        try:
            while not self._stopping.is_set():
                wait_s = self._guarded(self.step)
                self._awake.wait(self.printing.pace.lease_check_s if wait_s is None else wait_s)
                self._may_have_jobs = self._awake.is_set()
                self._awake.clear()
            self._guarded(self.lease.release)
        finally:
            self.ended.set()

    def _guarded[Done](self, deed: Callable[[], Done]) -> Done | None:
        """Does a step of the loop and logs its errors, so that the loop goes on; None after an error."""
        try:
            return deed()
        except LeaseLost:
            self.lease.token = None
            log.warning("printer_taken", printer=self.printer)
        except Refusal as refusal:
            self.failures += 1
            log.warning("printing_refused", printer=self.printer, code=refusal.code)
        except Exception:
            self.failures += 1
            log.exception("printing_failed", printer=self.printer)
        return None

    # --- one look ---------------------------------------------------------------------------------

    def step(self) -> float:
        """Does the present work; returns the seconds until the next check if nothing wakes the loop."""
        token = self.lease.take()
        if token is None:
            return self.printing.pace.lease_check_s
        self.watch.aim(self.connection)
        queued = self.settle(token) if self._may_have_jobs else []
        if not queued:
            left_s, state = self.watch.idle(token)
            self._is_blocked = not state.may_print
            return left_s
        if self._is_blocked and not self._is_ready_again(token, queued):
            return self.printing.pace.retry_s
        self._is_blocked = False
        self._print(token, queued[0])
        if self._is_blocked:
            return self.printing.pace.retry_s
        self._stopping.wait(self.printing.pace.between_jobs_s)
        self.wake()
        return 0.0

    def settle(self, token: PrinterLeaseToken) -> list[OpenJob]:
        """Ends jobs that were abandoned or are too old; returns those that may be printed, the oldest first.

        This loop sends one job at a time and is not sending now. So a job that is `sending` was left by a
        holder that died, or by this one when the database went away.
        """
        jobs = self._open_jobs()
        left = [job for job in jobs if job.state == SENDING]
        queued = [job for job in jobs if job.state == QUEUED]
        old = [job for job in queued if self._is_old(job)]
        lost = Verdict.UNKNOWN.value, "driver_lost"
        ends = [(job, self._verdicts.get(job.id, PrintEnd(job.id, DONE, *lost))) for job in left]
        self._end(token, ends + [(job, _cancelled(job.id, job.verdict, job.why)) for job in old])
        self._verdicts.clear()
        return [job for job in queued if job not in old]

    def _open_jobs(self) -> list[OpenJob]:
        with self.printing.database.read() as rows:
            return print_jobs.open_jobs(rows, self.printer)

    def _is_old(self, job: OpenJob) -> bool:
        age = self.printing.database.clock.now() - job.queued_at
        return age > timedelta(seconds=self.printing.pace.age_limit_s)

    def _is_ready_again(self, token: PrinterLeaseToken, queued: Sequence[OpenJob]) -> bool:
        """Whether a printer that refused may print now. If not, waiting jobs get that verdict at once."""
        state = self.watch.state_now(token, at_most_s=self.printing.pace.retry_s)
        if not state.may_print:
            self._tell_newcomers(token, queued, state)
        return state.may_print

    # --- one job ----------------------------------------------------------------------------------

    def _print(self, token: PrinterLeaseToken, job: OpenJob) -> None:
        tickets = self.printing.tickets
        try:
            inputs = read_paper_content(self.printing.database, tickets, job)
            blob = ticket_bytes(inputs, tickets, self.connection.profile, self.printing.off_loop)
        except Exception:
            self.failures += 1
            log.exception("ticket_not_drawn", printer=self.printer, job=job.id)
            self._end(token, [(job, _cancelled(job.id, Verdict.REFUSED.value, "not_drawn"))])
            return
        self._job_number += 1
        asked_at_s = self.printing.database.clock.elapsed_s()
        if not start_print(self.printing.database, token, job.id, job_number=self._job_number):
            return
        self.lease.renewed(asked_at_s=asked_at_s)
        if not self.lease.is_fresh:
            self._note(token, PrintEnd(job.id, QUEUED, None, None))  # nothing was sent
            raise LeaseLost
        outcome = print_document_bytes(
            self.watch.address,
            blob,
            job_number=self._job_number,
            traits=self.watch.traits,
            deadlines=self.printing.pace.deadlines,
        )
        if outcome.held is not None:
            outcome = self._follow(token, job, outcome.held)
        self._judge(token, job, outcome)

    def _judge(self, token: PrinterLeaseToken, job: OpenJob, outcome: PrintOutcome) -> None:
        verdict = outcome.verdict.value
        is_final = outcome.verdict in (Verdict.PRINTED, Verdict.UNKNOWN)
        end = _cancelled(job.id, verdict, outcome.why)
        if is_final:
            end = PrintEnd(job.id, DONE, verdict, outcome.why)
        self._verdicts[job.id] = end
        if outcome.verdict is Verdict.REFUSED:
            self._is_blocked = True
            self._refuse(token, [PrintEnd(job.id, QUEUED, verdict, outcome.why)])
        else:
            self._end(token, [(job, end)])
        self._verdicts.clear()
        self.watch.note_state(token, outcome.state_after or outcome.state_before)

    def _follow(self, token: PrinterLeaseToken, job: OpenJob, ticket: HeldTicket) -> PrintOutcome:
        """Waits for a ticket that a stopped printer keeps. Too old, it is cleared: `held`; else `unknown`."""
        try:
            noted_reason: str | None = None
            while True:
                outcome = ticket.outcome
                if outcome.why != noted_reason:
                    noted_reason = outcome.why
                    self._note(token, PrintEnd(job.id, SENDING, Verdict.HELD.value, noted_reason))
                self._while_held(token, outcome)
                if self._is_old(job):
                    self._is_blocked = True
                    return outcome if clear_held(ticket) else _unknown(outcome)
                self._awake.wait(self.printing.pace.retry_s)
                self._awake.clear()
                if self._stopping.is_set():
                    return _unknown(outcome)
                checked = check_held(ticket)
                if checked.held is None:
                    return checked
                ticket = checked.held
        finally:
            ticket.release()

    def _while_held(self, token: PrinterLeaseToken, outcome: PrintOutcome) -> None:
        if self.lease.token != token:
            raise LeaseLost
        state = outcome.state_after or outcome.state_before
        self.watch.note_state(token, state)
        others = [job for job in self._open_jobs() if job.state == QUEUED]
        self._tell_newcomers(token, others, state)

    # --- what is written --------------------------------------------------------------------------

    def _tell_newcomers(
        self, token: PrinterLeaseToken, queued: Sequence[OpenJob], state: PrinterState
    ) -> None:
        newcomers = [job.id for job in queued if job.verdict is None]
        if newcomers or self.connection.backup is not None:
            refused = Verdict.REFUSED.value
            self._refuse(token, [PrintEnd(job, QUEUED, refused, state.value) for job in newcomers])

    def _refuse(self, token: PrinterLeaseToken, refused: Sequence[PrintEnd]) -> None:
        refuse_jobs(self.printing.database, token, refused, self.printing.tell)

    def _note(self, token: PrinterLeaseToken, noted: PrintEnd) -> None:
        if note_print(self.printing.database, token, noted):
            self.printing.tell(noted.job)

    def _end(self, token: PrinterLeaseToken, ends: Sequence[tuple[OpenJob, PrintEnd]]) -> None:
        for hall in dict.fromkeys(job.hall for job, _ in ends):
            mine = [end for job, end in ends if job.hall == hall]
            end_prints(self.printing.database, hall, token, mine)


def _unknown(outcome: PrintOutcome) -> PrintOutcome:
    return PrintOutcome(Verdict.UNKNOWN, outcome.why, outcome.state_before, outcome.state_after)


def _cancelled(job: str, verdict: str | None, why: str | None) -> PrintEnd:
    return PrintEnd(job, CANCELLED, verdict, why or "too_old")
