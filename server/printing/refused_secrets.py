"""When a request with a wrong secret of a printer was refused last: an empty file a printer, dated then.

A command reads it while the server runs. Nothing depends on it: without the folder nothing was refused.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

from server.store.printing.printers import pulled_printer_of
from server.store.transactions.database import Database

FOLDER = "refused-secrets"
"""In the var folder."""


def note_refused_secret(folder: Path, database: Database, printer: str) -> None:
    """Keeps that a wrong secret of a printer was refused now; of no name that no printer has."""
    with database.read() as rows:
        if pulled_printer_of(rows, printer) is None:
            return
    folder.mkdir(parents=True, exist_ok=True)
    at = database.clock.now().timestamp()
    file = folder / printer
    file.touch()
    os.utime(file, (at, at))


def last_refused_secret(folder: Path, printer: str) -> datetime | None:
    """When a wrong secret of a printer was refused last; None: never, or it is not known."""
    try:
        return datetime.fromtimestamp((folder / printer).stat().st_mtime, UTC)
    except OSError:
        return None
