"""Printers that fetch their jobs: papers drawn for them, and when a wrong secret was refused last.

A refusal is an empty file a printer, dated then. A command reads it while the server runs. Nothing depends on
it: without the folder nothing was refused.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog

from hardware.document import PrintDocument
from hardware.escpos_printer import PROFILES
from server.apart import CallApart
from server.printing.documents import TicketPrinting, document_of, read_paper_content, ticket_bytes
from server.store.devices.print_jobs import OpenJob
from server.store.devices.printers import pulled_printer_of
from server.store.transactions.database import Database
from server.usecases.printing.pulled_jobs import Draw, Picture

log = structlog.get_logger()
FOLDER = "refused-secrets"
"""In the var folder."""

type Drawn = Callable[[PrintDocument, Path], tuple[bytes, int]]
"""Draws a document with the fonts of a folder: the picture, and its rows."""


def drawer(
    database: Database,
    tickets: TicketPrinting,
    off_loop: Callable[..., tuple[bytes, int]],
    drawn: Drawn,
) -> Draw:
    """Draws the paper of a job as wide as its printer's paper, by `off_loop(drawn, *values)`.

    Logs a paper that it cannot draw.
    """

    def draw(job: OpenJob) -> Picture | None:
        try:
            printer = database.configuration(job.hall).kiosks[job.printer].printer
            profile = PROFILES["raster-80" if printer is None else printer.profile]
            content = read_paper_content(database, tickets, job)
            document = document_of(content, tickets, width_dots=profile.width_dots)
            return Picture(*off_loop(drawn, document, tickets.fonts_dir))
        except Exception:
            log.exception("ticket_not_drawn", printer=job.printer, job=job.id)
            return None

    return draw


def byte_drawer(database: Database, tickets: TicketPrinting, off_loop: CallApart) -> Draw:
    """Draws the paper of a job as the bytes that its printer is sent, with the age of the job.

    Logs a paper that it cannot draw.
    """

    def draw(job: OpenJob) -> Picture | None:
        try:
            printer = database.configuration(job.hall).kiosks[job.printer].printer
            profile = "raster-80" if printer is None else printer.profile
            blob = ticket_bytes(read_paper_content(database, tickets, job), tickets, profile, off_loop)
        except Exception:
            log.exception("ticket_not_drawn", printer=job.printer, job=job.id)
            return None
        age = database.clock.now() - job.queued_at
        return Picture(blob, rows=0, age_s=max(0.0, age.total_seconds()))

    return draw


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
