"""Print jobs and the leases of printers, as rows.

A lease belongs to one holder until its instant passes; its fence grows at each take-over. Whoever changes a
print job shows the fence it got, in the same transaction.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from server.domain.instants import from_micros, from_text, to_micros
from server.domain.printing.printers import PrinterSighting
from server.ids import new_id
from server.store.engine.rows import Row
from server.store.transactions.hall_transaction import HallTransaction

_LEASE = (
    "SELECT printer, holder, fence, expires_at, state, state_at, unprinted FROM printer_lease"
    " WHERE printer = :printer"
)
_TAKE = (
    "INSERT INTO printer_lease (printer, holder, fence, expires_at)"
    " VALUES (:printer, :holder, 1, :expires_at)"
    " ON CONFLICT (printer) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at,"
    " fence = printer_lease.fence + 1"
    " WHERE printer_lease.expires_at <= :now OR printer_lease.expires_at = :unchanged"
)
_KEEP = (
    "UPDATE printer_lease SET expires_at = :expires_at"
    " WHERE printer = :printer AND holder = :holder AND fence = :fence"
)
_NOTE_STATE = (
    "UPDATE printer_lease SET state = :state, state_at = :state_at"
    " WHERE printer = :printer AND holder = :holder AND fence = :fence"
)
_NOTE_UNPRINTED = "UPDATE printer_lease SET unprinted = :unprinted WHERE printer = :printer"
_OPEN = (
    "SELECT id, hall, printer, visit, copy, document, state, verdict, why, fence, queued_at FROM print_job"
    " WHERE state IN ('queued', 'sending') AND printer = :printer ORDER BY queued_at, id LIMIT :limit"
)
_WITH_OPEN_JOBS = "SELECT DISTINCT printer FROM print_job WHERE state IN ('queued', 'sending')"
_JOB = "SELECT id, hall, printer, visit, state, verdict, why, fence FROM print_job WHERE id = :job"
MOST_AT_ONCE = 200
"""Jobs read, and cancelled in one transaction, at a time."""
_JOBS = _JOB.replace("= :job", f"IN ({', '.join(f':job_{number}' for number in range(MOST_AT_ONCE))})")
_HALLS = (
    "SELECT id, slug, configuration_revision, installation_revision FROM hall"
    " WHERE configuration_revision > 0"
)


def queue_job(
    transaction: HallTransaction, printer: str, *, visit: str | None, copy: int, content: Mapping[str, Any]
) -> str:
    """Queues a document for a printer (the kiosk's id), which is woken after the commit; the job's id.

    `visit` None: the paper is no ticket.
    """
    job = new_id()
    transaction.insert(
        "print_job",
        id=job,
        hall=transaction.hall,
        printer=printer,
        visit=visit,
        copy=copy,
        document=json.dumps(content),
        state="queued",
        queued_at=to_micros(transaction.now),
    )
    transaction.printers.add(printer)
    return job


def lease_of(rows: Any, printer: str, *, lock: bool = False) -> Row | None:
    """The lease of a printer; `lock` keeps it as it is until the end of the transaction (PostgreSQL)."""
    row: Row | None = rows.one(_LEASE + (" FOR UPDATE" if lock else ""), printer=printer)
    return row


def printer_sighting(rows: Any, printer: str) -> PrinterSighting | None:
    """What the driver of a printer last saw of it; None: it was never asked."""
    return sighting_of(lease_of(rows, printer))


def sighting_of(lease: Row | None) -> PrinterSighting | None:
    """What the driver that has or had a lease last saw of its printer."""
    if lease is None or lease["state"] is None:
        return None
    state = json.loads(lease["state"])
    return PrinterSighting(state["state"], from_text(state["since"]), from_micros(lease["state_at"]))


def take_lease(rows: Any, values: Mapping[str, Any]) -> bool:
    """Makes a holder the driver of a printer, unless another holds it.

    `values`: printer, holder, expires_at, now and `unchanged`, an expiry that was seen not to be renewed.
    """
    return bool(rows.run(_TAKE, values))


def keep_lease(rows: Any, values: Mapping[str, Any]) -> bool:
    """Prolongs the lease of a printer to `expires_at`; False when it is another's by now."""
    return bool(rows.run(_KEEP, values))


def note_state(rows: Any, values: Mapping[str, Any]) -> bool:
    """Keeps what the printer's driver saw of it; False when the lease is another's by now."""
    return bool(rows.run(_NOTE_STATE, values))


def note_unprinted(transaction: HallTransaction, printer: str, count: int) -> None:
    """Keeps how many jobs of a printer in a row were not printed; its lease is held."""
    transaction.run(_NOTE_UNPRINTED, printer=printer, unprinted=count)


def open_jobs(rows: Any, printer: str) -> list[Row]:
    """The print jobs of a printer that have not ended, the oldest first, MOST_AT_ONCE at most."""
    return list(rows.all(_OPEN, printer=printer, limit=MOST_AT_ONCE))


def printers_with_open_jobs(rows: Any) -> set[str]:
    """The printers that have something to do."""
    return {str(row["printer"]) for row in rows.all(_WITH_OPEN_JOBS)}


def print_job(rows: Any, job: str) -> Row | None:
    """A print job by its id."""
    row: Row | None = rows.one(_JOB, job=job)
    return row


def print_jobs(rows: Any, jobs: Sequence[str]) -> dict[str, Row]:
    """Print jobs by their ids, MOST_AT_ONCE at most, in one round trip."""
    if len(jobs) == 1:
        found = print_job(rows, jobs[0])
        return {} if found is None else {jobs[0]: found}
    values = dict.fromkeys((f"job_{number}" for number in range(MOST_AT_ONCE)), "")
    values |= {f"job_{number}": job for number, job in enumerate(jobs)}
    return {row["id"]: row for row in rows.all(_JOBS, **values)}


def configured_halls(rows: Any) -> Sequence[Row]:
    """The halls that have a configuration, with the revisions in force."""
    found: Sequence[Row] = rows.all(_HALLS)
    return found
