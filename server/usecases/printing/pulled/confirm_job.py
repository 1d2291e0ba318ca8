"""Take what a printer says of a handover: the verdict of its job."""

from server.domain.printing.pulled.handovers import Confirmation, handover_of
from server.store.printing.print_jobs import fetched_job
from server.store.printing.printers import PulledPrinter
from server.store.transactions.database import Database
from server.usecases.printing.print_jobs import PrintEnd, end_prints, note_print
from server.usecases.printing.pulled.driving import Tell, lease_token, read_driven


def confirm_job(
    database: Database, printer: PulledPrinter, name: str, confirmation: Confirmation, tell: Tell
) -> bool:
    """Takes the confirmation of a handover, by its name; False when it is not the present one of a job.

    So a confirmation that is repeated, that is another printer's, or of a job that was never fetched, changes
    nothing. Refusal: printer_taken.
    """
    handover = handover_of(name)
    if handover is None:
        return False
    with database.read() as rows:
        row = fetched_job(rows, handover.job)
        driven = read_driven(rows, printer)
    if row is None or row.printer != printer.printer:
        return False
    if row.state != "sending" or row.job_number != handover.number:
        return False
    token, why = lease_token(database, printer.printer, driven.lease), confirmation.why
    ends = {
        "printed": PrintEnd(row.id, "done", "printed", None),
        "cleared": PrintEnd(row.id, "cancelled", "held", why),
        "unprintable": PrintEnd(row.id, "cancelled", "refused", why),
        "unknown": PrintEnd(row.id, "done", "unknown", why),
    }
    notes = {
        "held": PrintEnd(row.id, "sending", "held", why),
        "undelivered": PrintEnd(row.id, "queued", "refused", why),
    }
    if confirmation.result in ends:
        end_prints(database, printer.hall, token, [ends[confirmation.result]])
    elif (row.verdict, row.why) != ("held", why) and note_print(database, token, notes[confirmation.result]):
        tell(row.id)
    return True
