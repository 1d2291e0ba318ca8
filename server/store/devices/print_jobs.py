"""Print jobs: documents for printers, from their queue to their verdict; who fetches them; their tickets."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, case, func, literal, select, type_coerce

from server.domain.facts import Json
from server.domain.printing.printers import PrintJobState
from server.ids import new_id
from server.store.engine.lookups import Distinct, One, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows, literal_word, rows_of
from server.store.engine.writes import Writes
from server.store.tables.columns import Document
from server.store.tables.devices import print_job
from server.store.tables.journals import hall_fact
from server.store.tables.visits import leg, ticket_access, visit
from server.store.transactions.hall_transaction import HallTransaction

MOST_AT_ONCE = 200
"""Jobs read, and cancelled in one transaction, at a time."""


@dataclass(frozen=True, slots=True)
class PrintJob:
    """A job of a printer (the id of its kiosk). `visit` None: the paper is no ticket.

    `verdict` None: not tried yet; `why`: the reason of the verdict. `first_printer`: the kiosk that it was
    handed on from to `printer`, since its own printer refused it or it has none; None: it was not.
    """

    id: str
    hall: str
    printer: str
    visit: str | None
    state: PrintJobState
    verdict: str | None
    why: str | None
    first_printer: str | None


@dataclass(frozen=True, slots=True)
class OpenJob(PrintJob):
    """A job that has not ended. `document`: what its paper says, by the kind of paper."""

    document: Json
    queued_at: datetime


_IS_QUEUED = print_job.c.state == literal_word("queued")
_IS_OPEN = print_job.c.state.in_([literal_word("queued"), literal_word("sending")])
"""The condition of a partial index."""
print_job_of = One.of(PrintJob, print_job, "id")
"""A print job by its id."""
_PLACES = [f"job_{number}" for number in range(MOST_AT_ONCE)]
_JOBS = Read(PrintJob, rows_of(PrintJob, print_job).where(print_job.c.id.in_(list(map(bindparam, _PLACES)))))
"""A place for each job, so that the text is always the same and the database prepares it once."""
last_job_of_visit = One(
    PrintJob,
    rows_of(PrintJob, print_job)
    .where(print_job.c.hall == bindparam("hall"), print_job.c.visit == bindparam("visit"))
    .order_by(print_job.c.copy.desc())
    .limit(1),
    names=("hall", "visit"),
)
"""The print job of the last paper of a visit (id) in a hall (id)."""
open_jobs_of_visit = Several.of(PrintJob, print_job, "visit", _IS_OPEN)
"""The print jobs of a visit (id) that have not ended."""
open_jobs = Several(
    OpenJob,
    rows_of(PrintJob, print_job)
    .add_columns(type_coerce(print_job.c.document, Document).label("document"), print_job.c.queued_at)
    .where(_IS_OPEN, print_job.c.printer == bindparam("printer"))
    .order_by(print_job.c.queued_at, print_job.c.id)
    .limit(MOST_AT_ONCE),
)
"""The print jobs of a printer that have not ended, the oldest first, MOST_AT_ONCE at most."""
printers_with_open_jobs = Distinct(str, select(print_job.c.printer).where(_IS_OPEN).distinct())
"""The printers with a job that has not ended."""
_QUEUE = Write(
    print_job.insert(),
    *("id", "hall", "printer", "visit", "copy", "document", "state", "queued_at", "first_printer"),
)
_OF_JOB = print_job.update().where(print_job.c.id == bindparam("row_id"))
_START = Write(_OF_JOB.where(_IS_QUEUED), "state", "fence", "sent_at", "job_number")
_NOTE = Write(
    _OF_JOB.where(_IS_OPEN, print_job.c.printer == bindparam("of_printer")), "state", "verdict", "why"
)
_HAND_ON = Write(
    _OF_JOB.where(
        _IS_QUEUED, print_job.c.printer == bindparam("of_printer"), print_job.c.first_printer.is_(None)
    ).values(verdict=None, why=None),
    "printer",
    "first_printer",
)
_END = Write(
    _OF_JOB.values(document=case((print_job.c.visit.is_(None), literal("{}")), else_=print_job.c.document)),
    "state",
    "verdict",
    "why",
    "done_at",
)
"""A paper without a visit is never printed again, so its content and language are erased at its end."""


def queue_job(
    transaction: HallTransaction,
    printer: str,
    *,
    visit: str | None,
    copy: int,
    content: Json,
    given_by: str | None = None,
) -> str:
    """Queues a document for a printer (the kiosk's id), which is woken after the commit; the job's id.

    `visit` None: the paper is no ticket. `given_by`: the kiosk that gives it and prints at another's printer.
    """
    job = new_id()
    transaction.run(
        _QUEUE,
        id=job,
        hall=transaction.hall,
        printer=printer,
        visit=visit,
        copy=copy,
        document=json.dumps(content),
        state="queued",
        queued_at=transaction.now,
        first_printer=None if given_by == printer else given_by,
    )
    transaction.printers.add(printer)
    return job


def start_job(rows: WrittenRows, job: str, *, fence: int, job_number: int, at: datetime) -> bool:
    """Marks a queued job as being sent; False when it is not queued any more."""
    values = {"row_id": job, "state": "sending", "fence": fence, "sent_at": at, "job_number": job_number}
    return bool(rows.execute(_START, **values))


def note_job(
    rows: WrittenRows, job: str, printer: str, *, state: str, verdict: str | None, why: str | None
) -> bool:
    """Keeps the state and a verdict of a printer's job that goes on; False: it has ended, or is another's."""
    values = {"state": state, "verdict": verdict, "why": why}
    return bool(rows.execute(_NOTE, row_id=job, of_printer=printer, **values))


def hand_on(rows: WrittenRows, job: str, printer: str, *, to: str) -> bool:
    """Gives a queued job of a printer to another one, as if it had not been tried; False when it cannot."""
    values = {"row_id": job, "of_printer": printer, "printer": to, "first_printer": printer}
    return bool(rows.execute(_HAND_ON, **values))


def end_job(
    transaction: Writes, job: str, *, state: str, verdict: str | None, why: str | None, at: datetime
) -> None:
    """Ends a job. The content of a paper without a visit is erased."""
    transaction.run(_END, row_id=job, state=state, verdict=verdict, why=why, done_at=at)


def print_jobs(rows: Rows, jobs: Sequence[str]) -> dict[str, PrintJob]:
    """Print jobs by their ids, MOST_AT_ONCE at most, in one round trip."""
    if len(jobs) == 1:
        found = print_job_of(rows, jobs[0])
        return {} if found is None else {jobs[0]: found}
    values = dict.fromkeys(_PLACES, "") | dict(zip(_PLACES, jobs, strict=False))
    return {row.id: row for row in rows.all(_JOBS, **values)}


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """A ticket with its first service, the quoted wait in seconds, and the names by which a phone finds it.

    `token_digest` and `short_code` are None once they are purged. `fact`: the body of that which issued it.
    """

    number: str
    service: str
    issued_at: datetime
    priority: str
    quoted_low_s: int | None
    quoted_median_s: int | None
    quoted_high_s: int | None
    booked_at: datetime | None
    arrived_at: datetime
    token_digest: str | None
    short_code: str | None
    fact: Json | None


issued_ticket = One(
    IssuedTicket,
    rows_of(
        IssuedTicket,
        leg,
        number=visit.c.number,
        token_digest=ticket_access.c.token_digest,
        short_code=ticket_access.c.short_code,
        fact=type_coerce(hall_fact.c.body, Document),
    )
    .select_from(
        visit.join(leg, and_(leg.c.visit == visit.c.id, leg.c.position == 1))
        .outerjoin(ticket_access, ticket_access.c.visit == visit.c.id)
        .outerjoin(
            hall_fact, and_(hall_fact.c.visit == visit.c.id, hall_fact.c.kind == literal_word("TicketIssued"))
        )
    )
    .where(visit.c.id == bindparam("visit")),
)
"""The ticket of a visit (id) as it was issued."""


@dataclass(frozen=True, slots=True)
class FetchedJob:
    """A job of a printer. `job_number`, `sent_at`: of its last handover; None before the first."""

    id: str
    printer: str
    state: str
    verdict: str | None
    why: str | None
    job_number: int | None
    queued_at: datetime
    sent_at: datetime | None


fetched_job = One.of(FetchedJob, print_job, "id")
"""A job by its id."""
unfinished_jobs = Several(
    FetchedJob,
    rows_of(FetchedJob, print_job)
    .where(_IS_OPEN, print_job.c.printer == bindparam("printer"))
    .order_by(print_job.c.queued_at, print_job.c.id)
    .limit(MOST_AT_ONCE),
)
"""The jobs of a printer that have not ended, the oldest first, MOST_AT_ONCE at most."""
_HAND_OVER = Write(
    print_job.update().where(
        print_job.c.id == bindparam("row_id"),
        print_job.c.printer == bindparam("of_printer"),
        print_job.c.state == literal_word("queued"),
        func.coalesce(print_job.c.job_number, 0) == bindparam("former"),
    ),
    "state",
    "fence",
    "sent_at",
    "job_number",
)


def hand_over_job(
    rows: WrittenRows, job: str, printer: str, *, number: int, fence: int, at: datetime
) -> bool:
    """Marks a printer's queued job as handed over by its handover `number`; False: that is not its next."""
    values = {"state": "sending", "fence": fence, "sent_at": at, "job_number": number}
    return bool(rows.execute(_HAND_OVER, row_id=job, of_printer=printer, former=number - 1, **values))
