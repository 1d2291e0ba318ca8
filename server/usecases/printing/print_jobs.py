"""A print job from `queued` to its final verdict. A change with the fence of a former lease is refused.

The worker calls `start_print` before it sends the bytes, `note_print` for a verdict that may still change,
and `end_prints` for a final one, which records a fact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from server.domain.alarms.signs import unprinted_after
from server.domain.author import SYSTEM
from server.domain.facts import print_ended
from server.domain.instants import to_micros
from server.domain.refusals import Refusal
from server.store.printing import print_jobs
from server.store.printing.paper_rolls import papers_counted
from server.store.transactions.database import Database

LEASE = timedelta(seconds=15)
"""How long a lease lasts after its holder's last sign of life."""

_OPEN_STATES = ("queued", "sending")
_TOOK_PAPER = ("printed", "unknown")
"""The verdicts after which a job has taken a paper of the roll, or may have."""
_START = (
    "UPDATE print_job SET state = 'sending', fence = :fence, sent_at = :sent_at, job_number = :job_number"
    " WHERE id = :job AND state = 'queued'"
)
_NOTE = (
    "UPDATE print_job SET state = :state, verdict = :verdict, why = :why"
    " WHERE id = :job AND state IN ('queued', 'sending')"
)
_END = (
    "UPDATE print_job SET state = :state, verdict = :verdict, why = :why, done_at = :done_at,"
    " document = CASE WHEN visit IS NULL THEN '{}' ELSE document END WHERE id = :job"
)
"""A sheet of no visit is never printed again: what it said, and in which language, goes with its end."""


@dataclass(frozen=True, slots=True)
class PrinterLeaseToken:
    """Proof that a worker drives a printer: the holder and the fence of the lease, from `take_lease`."""

    printer: str
    holder: str
    fence: int


@dataclass(frozen=True, slots=True)
class PrintEnd:
    """How a job ends: `done` with a verdict, or `cancelled` with the last one seen, None when never tried."""

    job: str
    state: str
    verdict: str | None
    why: str | None


def start_print(database: Database, token: PrinterLeaseToken, job: str, *, job_number: int) -> bool:
    """Marks a queued job `sending` and prolongs the lease; False when it is queued no more.

    Refusal: printer_taken when the lease is another's by now.
    """
    now = database.clock.now()
    with database.store.write() as rows:
        _keep(rows, token, expires_at=to_micros(now + LEASE))
        values = {"job": job, "fence": token.fence, "sent_at": to_micros(now), "job_number": job_number}
        return bool(rows.run(_START, values))


def note_print(database: Database, token: PrinterLeaseToken, noted: PrintEnd) -> bool:
    """Keeps a verdict that is not final: `queued` refused, to be tried again, or `sending` held.

    False when the job has ended. Refusal: printer_taken.
    """
    with database.store.write() as rows:
        _keep(rows, token, expires_at=to_micros(database.clock.now() + LEASE))
        values = {"job": noted.job, "state": noted.state, "verdict": noted.verdict, "why": noted.why}
        return bool(rows.run(_NOTE, values))


def end_prints(database: Database, hall: str, token: PrinterLeaseToken, ends: Sequence[PrintEnd]) -> int:
    """Ends jobs of one hall and printer with their facts; how many had not ended before.

    `ends`: of different jobs, print_jobs.MOST_AT_ONCE at most.
    Refusal: printer_taken when the lease is another's by now; then nothing changes.
    """
    ended = papers = 0
    with database.transaction(hall, SYSTEM) as transaction:
        lease = print_jobs.lease_of(transaction, token.printer, lock=database.store.is_postgresql)
        unprinted = before = _check(lease, token)
        jobs = print_jobs.print_jobs(transaction, [end.job for end in ends]) if ends else {}
        for end in ends:
            job = jobs.get(end.job)
            if job is None or job["state"] not in _OPEN_STATES or job["printer"] != token.printer:
                continue
            done_at = to_micros(transaction.now)
            transaction.run(
                _END, job=end.job, state=end.state, verdict=end.verdict, why=end.why, done_at=done_at
            )
            transaction.record(print_ended(end.job, job["visit"], verdict=end.verdict, why=end.why))
            unprinted = unprinted_after(unprinted, end.verdict)
            ended += 1
            papers += end.verdict in _TOOK_PAPER
        if papers:
            counted, values = papers_counted(token.printer, papers, now=to_micros(transaction.now))
            transaction.run(counted, **values)
        if unprinted != before:
            print_jobs.note_unprinted(transaction, token.printer, unprinted)
    return ended


def _keep(rows: Any, token: PrinterLeaseToken, *, expires_at: int) -> None:
    values = {
        "printer": token.printer,
        "holder": token.holder,
        "fence": token.fence,
        "expires_at": expires_at,
    }
    if not print_jobs.keep_lease(rows, values):
        raise Refusal("printer_taken", printer=token.printer)


def _check(lease: Mapping[str, Any] | None, token: PrinterLeaseToken) -> int:
    """The printer's unprinted jobs in a row, as its holder knows them."""
    if lease is None or (lease["holder"], lease["fence"]) != (token.holder, token.fence):
        raise Refusal("printer_taken", printer=token.printer)
    return int(lease["unprinted"])
