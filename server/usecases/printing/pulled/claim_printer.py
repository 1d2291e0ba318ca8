"""Let one run of the print gateway act for a printer. Its jobs of a run that has ended become `unknown`."""

from dataclasses import replace

from server.domain.printing.pulled.handovers import is_silent
from server.store.printing.printers import PulledPrinter, note_poll
from server.store.transactions.database import Database
from server.usecases.printing.print_jobs import PrintEnd, end_prints
from server.usecases.printing.pulled.driving import lease_token, read_driven


def claim_printer(
    database: Database, printer: PulledPrinter, program: str, interval_s: int
) -> PulledPrinter | None:
    """The printer, claimed for a run of the program; None while another run that is not silent has it.

    A new run knows nothing of the jobs that the former one fetched: they may be on paper. Refusal:
    printer_taken while a worker pushes jobs to the printer.
    """
    now = database.clock.now()
    if printer.identity == program:
        return printer
    has_asked = printer.identity and printer.polled_at is not None
    if has_asked and not is_silent(printer.polled_at or now, printer.interval_s, now):
        return None
    with database.read() as rows:
        driven = read_driven(rows, printer)
    token = lease_token(database, printer.printer, driven.lease)
    left = [
        PrintEnd(job.id, "done", "unknown", job.why or "driver_lost") for job in driven.jobs if job.is_sent
    ]
    if left:
        end_prints(database, printer.hall, token, left)
    with database.store.write() as written:
        note_poll(written, printer.printer, at=now, interval_s=interval_s, identity=program)
    return replace(printer, polled_at=now, interval_s=interval_s, identity=program)


def release_printer(database: Database, printer: PulledPrinter, program: str) -> None:
    """Lets another run of the program act for the printer at once, if this one had it."""
    if printer.identity != program:
        return
    with database.store.write() as written:
        note_poll(
            written,
            printer.printer,
            at=database.clock.now(),
            interval_s=printer.interval_s,
            identity="",
        )
