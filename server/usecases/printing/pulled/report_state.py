"""Keep the state that a printer which fetches its jobs says by itself."""

from server.store.printing.leases import lease_of
from server.store.printing.printers import PulledPrinter
from server.store.transactions.database import Database
from server.usecases.printing.pulled.driving import lease_token, note_state


def report_state(database: Database, printer: PulledPrinter, state: str) -> None:
    """Keeps a state, one of `hardware.status.PrinterState`. Refusal: printer_taken."""
    with database.read() as rows:
        lease = lease_of(rows, printer.printer)
    token = lease_token(database, printer.printer, lease)
    with database.store.write() as written:
        note_state(written, token, lease, state, database.clock.now())
