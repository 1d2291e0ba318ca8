"""What printers answered when they were probed, and whether somebody has read a sheet of them.

No row is a projection. A row counts for one place of its printer only: elsewhere it is another printer.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam

from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.printing import printer_probe


@dataclass(frozen=True, slots=True)
class PrinterProbe:
    """What is known of a printer (the id of its kiosk).

    `place`, `asked_at`: where and when it was probed; `state`: as it was then; `name`: maker and model, "":
    not said; `has_process_id`: whether it confirms each paper, None: it could not print; `speed`: of its
    serial line, bits a second. `read_place`, `read_at`: where and when somebody read a sheet of it.
    """

    printer: str
    place: str | None
    asked_at: datetime | None
    state: str | None
    name: str | None
    has_process_id: bool | None
    speed: int | None
    read_place: str | None
    read_at: datetime | None


_ANSWERED = ["place", "asked_at", "state", "name", "has_process_id", "speed"]
_OF_PRINTER = Read(
    PrinterProbe, rows_of(PrinterProbe, printer_probe).where(printer_probe.c.printer == bindparam("printer"))
)
_EVERY = Read(PrinterProbe, rows_of(PrinterProbe, printer_probe))
_KEEP = Write.upsert(printer_probe, ["printer"], _ANSWERED)
_NOTE_READ = Write.upsert(printer_probe, ["printer"], ["read_place", "read_at"])


def probe_of(rows: Rows, printer: str) -> PrinterProbe | None:
    """What is known of a printer; None: it was never probed, and nobody read a sheet of it."""
    return rows.one(_OF_PRINTER, printer=printer)


def every_probe(rows: Rows) -> list[PrinterProbe]:
    """What is known of all printers, in no order."""
    return rows.all(_EVERY)


def keep_answers(rows: WrittenRows, answered: PrinterProbe) -> None:
    """Keeps what a printer answered; that somebody read a sheet of it stays."""
    values = {name: getattr(answered, name) for name in _ANSWERED}
    rows.execute(_KEEP, printer=answered.printer, **values)


def note_read(rows: WrittenRows, printer: str, place: str, at: datetime) -> None:
    """Keeps that somebody read a sheet of a printer at its present place."""
    rows.execute(_NOTE_READ, printer=printer, read_place=place, read_at=at)
