"""Read in which time the paper of a ticket comes out, where its printer asks seldom for its jobs."""

from server.domain.printing.pulled.handovers import paper_within_s
from server.store.printing.print_jobs import unfinished_jobs
from server.store.printing.printers import pulled_printer_of
from server.store.transactions.database import Database


def read_paper_time(database: Database, hall: str, kiosk: str | None) -> int | None:
    """In how many seconds at most the kiosk's printer prints the job that was queued last.

    None: soon, or nobody knows. Rule: docs/rules/last-view.md.
    """
    configured = database.configuration(hall).printing_for(kiosk or "")
    if configured is None or configured.printer is None or not configured.printer.is_pulled:
        return None
    with database.read() as rows:
        known = pulled_printer_of(rows, configured.id)
        waiting = unfinished_jobs(rows, configured.id)
    return paper_within_s(None if known is None else known.interval_s, max(0, len(waiting) - 1))
